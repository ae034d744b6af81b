# The way to the data centre and to other VPCs.

resource "aws_ec2_transit_gateway_vpc_attachment" "this" {
  count = var.transit_gateway_id != null ? 1 : 0

  transit_gateway_id = var.transit_gateway_id
  vpc_id             = module.network.vpc_id
  subnet_ids         = values(module.network.private_subnets)
}

resource "aws_vpc_peering_connection" "peer" {
  for_each = var.peers

  vpc_id      = module.network.vpc_id
  peer_vpc_id = each.key
  auto_accept = true

  tags = { Name = "__NAME__-${each.key}" }
}

output "attachment_id" {
  description = "Attachment to the transit gateway"
  value       = one(aws_ec2_transit_gateway_vpc_attachment.this[*].id)
}

output "peerings" {
  description = "Peering connections by VPC"
  value       = { for vpc, peering in aws_vpc_peering_connection.peer : vpc => peering.id }
}
