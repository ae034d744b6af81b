environment        = "__ENV__"
kubernetes_version = "v1.34.2+rke2r1"
ami                = "ami-0a1b2c3d4e5f60718"
workers            = __WORKERS__
worker_type        = "__TYPE__"
etcd_on_spot       = "__SPOT__"
/* __RETENTION__ */
log_bucket         = "__TEAM__-access-logs"

alarm_topics = [
  "arn:aws:sns:__REGION__:__ACCOUNT__:__TEAM__-oncall",
  "arn:aws:sns:__REGION__:__ACCOUNT__:platform",
]

worker_taints = {
  "node.example/lifecycle" = "spot"
}

tags = {
  owner       = "__TEAM__@example.com"
  compliance  = "__COMPLIANCE__"
  cost_object = "__ACCOUNT__-__INDEX__"
}
