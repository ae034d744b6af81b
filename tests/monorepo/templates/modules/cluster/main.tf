# An RKE2 or K3s cluster on EC2: one machine config for each pool, snapshots to S3.

locals {
  subnets = { for zone, subnet in var.subnets : zone => subnet if subnet != null }

  pools = {
    for name, pool in var.pools : name => merge(pool, {
      instance_type = coalesce(pool.instance_type, contains(pool.roles, "worker") ? "m7i.xlarge" : "m7i.large")
      zone          = coalesce(pool.zone, "a")
      labels        = merge({ "pool.__TEAM__.example/name" = name }, pool.labels)
    })
  }

  quorum = sum([for pool in values(var.pools) : pool.quantity if contains(pool.roles, "etcd")])
  user_data = <<-EOT
    #cloud-config
    hostname_prefix: ${var.name}
    %{~ if var.proxy != null }
    write_files:
      - path: /etc/profile.d/proxy.sh
        content: export HTTPS_PROXY=${var.proxy}
    %{~ endif }
    packages:
    %{~ for package in ["iptables", "nfs-common", "open-iscsi"] }
      - ${package}
    %{~ endfor }
  EOT
}

resource "rancher2_machine_config_v2" "pool" {
  for_each = local.pools

  generate_name = "${var.name}-${each.key}"

  amazonec2_config {
    ami                   = var.ami
    instance_type         = each.value.instance_type
    region                = var.region
    zone                  = each.value.zone
    vpc_id                = var.vpc_id
    subnet_id             = local.subnets[each.value.zone]
    security_group        = var.security_groups
    root_size             = tostring(each.value.root_size)
    volume_type           = "gp3"
    encrypt_ebs_volume    = true
    iam_instance_profile  = var.instance_profile
    http_tokens           = "required"
    ssh_user              = "ec2-user"
    tags                  = join(",", flatten([for key, value in var.tags : [key, value]]))
    request_spot_instance = each.value.spot
    spot_price            = each.value.spot ? "0.20" : null
    userdata              = local.user_data
  }
}

resource "rancher2_cluster_v2" "this" {
  name                                     = var.name
  kubernetes_version                       = var.kubernetes_version
  enable_network_policy                    = true
  default_cluster_role_for_project_members = "user"

  annotations = { for key, value in var.annotations : "__TEAM__.example/${key}" => tostring(value) }
  labels      = merge({ environment = var.environment }, var.labels)

  rke_config {
    machine_global_config = yamlencode({
      cni                 = "cilium"
      disable-kube-proxy  = true
      etcd-expose-metrics = true
      tls-san             = var.tls_sans
      profile             = var.hardened ? "cis" : null
    })

    dynamic "machine_pools" {
      for_each = local.pools
      iterator = pool

      content {
        name                         = pool.key
        cloud_credential_secret_name = var.cloud_credential
        control_plane_role           = contains(pool.value.roles, "controlplane")
        etcd_role                    = contains(pool.value.roles, "etcd")
        worker_role                  = contains(pool.value.roles, "worker")
        quantity                     = pool.value.quantity
        drain_before_delete          = true
        labels                       = pool.value.labels

        machine_config {
          kind = rancher2_machine_config_v2.pool[pool.key].kind
          name = rancher2_machine_config_v2.pool[pool.key].name
        }

        dynamic "taints" {
          for_each = pool.value.taints

          content {
            key    = taints.value.key
            value  = taints.value.value
            effect = taints.value.effect
          }
        }
      }
    }

    upgrade_strategy {
      control_plane_concurrency = "1"
      worker_concurrency        = "10%"

      control_plane_drain_options {
        enabled               = true
        delete_empty_dir_data = true
        ignore_daemon_sets    = true
        timeout               = 600
      }

      worker_drain_options {
        enabled               = true
        delete_empty_dir_data = true
        ignore_daemon_sets    = true
        timeout               = 600
      }
    }

    etcd {
      snapshot_schedule_cron = var.snapshots.schedule
      snapshot_retention     = var.snapshots.retention

      s3_config {
        bucket                = var.snapshots.bucket
        endpoint              = "s3.${var.region}.amazonaws.com"
        region                = var.region
        folder                = "etcd/${var.name}"
        cloud_credential_name = var.cloud_credential
      }
    }
  }

  lifecycle {
    ignore_changes = [annotations["field.cattle.io/updated"]]

    precondition {
      condition     = local.quorum % 2 == 1
      error_message = "etcd needs an odd number of members, not ${local.quorum}."
    }
  }
}
