# By the policy's id; with a region if it is not the provider's.
terraform import holdfast_dlm_policy.rancher policy-0123456789abcdef0
terraform import holdfast_dlm_policy.rancher policy-0123456789abcdef0@eu-west-1
