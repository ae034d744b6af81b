environment = "__ENV__"
owner       = "__TEAM__@example.com"
cidr        = "10.__OCTET__.0.0/16"
zone_id     = "Z0123456789__INDEX__"

pools = {
  server-a = { roles = ["etcd", "controlplane"], spot = __SPOT__ }
  server-b = { roles = ["etcd", "controlplane"], spot = __SPOT__ }
  server-c = { roles = ["etcd", "controlplane"], spot = __SPOT__ }
}

worker_groups = [
  { name = "general", size = __WORKERS__, type = "__TYPE__" },
  { name = "ingress", size = 2, spot = false, taints = ["node.example/ingress"] },
  { name = "batch", size = 4, taints = ["node.example/batch", "node.example/preemptible"] },
]

snapshot_retention = __RETENTION__
