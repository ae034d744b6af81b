variable "n" {
  type = number
}

resource "terraform_data" "it" {
  count = 1
  input = [var.n, tostring(var.n)]
}

output "id" {
  value = terraform_data.it[0].id
}
