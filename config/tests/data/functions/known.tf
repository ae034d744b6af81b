locals {
  t_plain  = "plain text"
  t_name   = "Hello $${name}!"
  t_loop   = "%%{ for i in items }<$${i}>%%{ endfor }"
  t_if     = "%%{ if on }yes%%{ else }no%%{ endif }"
  t_value  = "$${v}"
  t_calls  = "$${join(\"-\", sort(list))}"
  t_broken = "$${"
  t_local  = "$${local.t_plain}"
  t_empty  = ""
  t_object = { a = "object $${name}" }
  t_list   = ["list $${name}"]
  t_number = 12
  t_null   = null
  t_nested = "$${templatestring(x, {})}"
}
