resource "terraform_data" "u" {}
locals {
  ustr  = terraform_data.u.id
  ulist = split(",", local.ustr)
  uset  = toset(local.ulist)
  umap  = zipmap(local.ulist, local.ulist)
  unum  = parseint(local.ustr, 10)
  ubool = startswith(local.ustr, "x")
  uobj  = tolist([{ a = 1, b = "x" }])[local.unum]
  udyn  = jsondecode(local.ustr)
  sstr  = sensitive("k")
  snum  = sensitive(1)
  sbool = sensitive(true)
}
