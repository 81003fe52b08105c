use super::super::read_security_groups;
use stackcost_model::fixes::snapshot::SecurityGroup;

const LISTED: &str = r#"{
  "SecurityGroups": [
    {
      "GroupId": "sg-1",
      "GroupName": "web",
      "Description": "of the load balancer",
      "OwnerId": "123456789012",
      "VpcId": "vpc-1",
      "SecurityGroupArn": "arn:aws:ec2:us-east-1:123456789012:security-group/sg-1",
      "IpPermissions": [
        {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "UserIdGroupPairs": [],
         "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "all"}], "Ipv6Ranges": [], "PrefixListIds": []},
        {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "Ipv6Ranges": [{"CidrIpv6": "::/0"}]},
        {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]},
        {"IpProtocol": "tcp", "FromPort": 8000, "ToPort": 8100, "Ipv6Ranges": [{"CidrIpv6": "::/0"}]},
        {"IpProtocol": "icmp", "FromPort": -1, "ToPort": -1, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]},
        {"IpProtocol": "17", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]},
        {"IpProtocol": "50", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
      ],
      "IpPermissionsEgress": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    },
    {
      "GroupId": "sg-2",
      "GroupName": "anything",
      "IpPermissions": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "10.0.0.0/8"}, {"CidrIp": "0.0.0.0/0"}]}]
    },
    {"GroupId": "sg-3", "GroupName": "closed", "IpPermissions": []}
  ]
}"#;

fn group(id: &str, name: &str, open: &[(&str, u16, u16)]) -> SecurityGroup {
    let open = open.iter().map(|(protocol, first, last)| (protocol.to_string(), *first, *last)).collect();
    SecurityGroup { id: id.into(), name: name.into(), open }
}

#[test]
fn what_lets_the_world_in_is_kept() {
    let expected = [
        group("sg-1", "web", &[("tcp", 443, 443), ("tcp", 8000, 8100), ("udp", 0, 65535), ("50", 0, 65535)]),
        group("sg-2", "anything", &[("all", 0, 65535)]),
        group("sg-3", "closed", &[]),
    ];
    assert_eq!(read_security_groups("groups.json", LISTED), Ok(expected.to_vec()));
    let pages = format!("[{LISTED}, {{\"SecurityGroups\": []}}]");
    assert_eq!(read_security_groups("groups.json", &pages), Ok(expected.to_vec()));
    assert_eq!(read_security_groups("groups.json", "{\"SecurityGroups\": []}"), Ok(Vec::new()));
}

#[test]
fn what_is_no_list_of_groups_is_refused_at_its_place() {
    for (text, said) in [
        ("{}", "g:1:2: g is not what `aws ec2 describe-security-groups` prints: missing field `SecurityGroups`"),
        ("", "g:1:1: g is not what `aws ec2 describe-security-groups` prints: EOF while parsing a value"),
        (
            "{\"SecurityGroups\": [\n{\"GroupId\": 1}]}",
            "g:2:13: g is not what `aws ec2 describe-security-groups` prints: invalid type: integer `1`, expected a \
             string",
        ),
        (
            "{\"SecurityGroups\": [], \"NextToken\": \"more\"}",
            "g is only a part of the list: it ends with a NextToken (without --max-items and --no-paginate the AWS \
             CLI prints all)",
        ),
    ] {
        assert_eq!(read_security_groups("g", text).expect_err(text).to_string(), said);
    }
}
