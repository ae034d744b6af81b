environment = "__ENV__"
owner       = "__TEAM__@example.com"
data_class  = "__COMPLIANCE__"

buckets = {
  uploads = {
    replicated = true
    rules = [
      { prefix = "incoming/", days = 30 },
      { prefix = "processed/", days = 365 },
    ]
  }
  exports = {
    rules = [{ prefix = "daily/", days = 90 }]
    tags  = { consumer = "finance" }
  }
  scratch = {
    versioned = false
    rules     = [{ prefix = "", days = __WORKERS__ }]
  }
}

tables = [
  { name = "orders", range_key = "created_at" },
  { name = "customers" },
  { name = "sessions", hash_key = "token", capacity = __WORKERS__ },
]

queues = ["orders", "mails", "exports-__INDEX__"]

readers = {
  reporting    = ["exports"]
  fraud-checks = ["uploads", "exports"]
}
