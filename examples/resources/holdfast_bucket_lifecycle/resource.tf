# These are all the rules of the bucket: others show as a difference and go.
resource "holdfast_bucket_lifecycle" "logs" {
  bucket = "example-access-logs"

  rule {
    id = "expire"
    filter {
      prefix = "access/"
    }
    expiration {
      days = 90
    }
  }
  rule {
    id = "uploads"
    filter {}
    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }
}
