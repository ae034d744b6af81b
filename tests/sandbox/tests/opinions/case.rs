//! The form of a case: steps against one bucket, and what AWS says to each.

/// What of an answer is looked at, beside its status and error code.
#[derive(Clone, Debug)]
pub(crate) enum Look {
    /// A header.
    Header(&'static str),
    /// The texts of all elements of a name.
    Text(&'static str),
    /// Whether there is such an element.
    Has(&'static str),
    /// The whole body.
    Body,
}

impl Look {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Header(name) | Self::Text(name) | Self::Has(name) => name,
            Self::Body => "body",
        }
    }
}

/// Steps against a bucket `{b}` of their own, and sometimes a second one, `{c}`.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) name: &'static str,
    /// The page of AWS that decides.
    pub(crate) page: &'static str,
    pub(crate) steps: Vec<Step>,
}

/// One request.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) method: &'static str,
    /// Path and query, with `{b}`, `{c}` and what earlier steps kept.
    pub(crate) path: &'static str,
    pub(crate) body: String,
    pub(crate) headers: Vec<(&'static str, &'static str)>,
    /// Whether Content-MD5 is sent.
    pub(crate) digest: bool,
    pub(crate) region: &'static str,
    pub(crate) looks: Vec<Look>,
    pub(crate) keep: Vec<(&'static str, Look)>,
    /// The page that decides this step, if it is another than the case's.
    pub(crate) page: Option<&'static str>,
    /// What AWS says: `200 Status=Enabled`, `404 NoSuchBucket`.
    pub(crate) says: &'static str,
}

/// A step with Content-MD5 in us-east-1.
pub(crate) fn step(
    name: &'static str,
    method: &'static str,
    path: &'static str,
    says: &'static str,
) -> Step {
    Step {
        name,
        method,
        path,
        body: String::new(),
        headers: Vec::new(),
        digest: true,
        region: "us-east-1",
        looks: Vec::new(),
        keep: Vec::new(),
        page: None,
        says,
    }
}

impl Step {
    pub(crate) fn body(mut self, body: impl Into<String>) -> Self {
        self.body = body.into();
        self
    }

    pub(crate) fn header(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Without Content-MD5.
    pub(crate) fn bare(mut self) -> Self {
        self.digest = false;
        self
    }

    pub(crate) fn in_region(mut self, region: &'static str) -> Self {
        self.region = region;
        self
    }

    pub(crate) fn looks_at(mut self, look: Look) -> Self {
        self.looks.push(look);
        self
    }

    /// Names another page that decides than the case's.
    pub(crate) fn on_page(mut self, page: &'static str) -> Self {
        self.page = Some(page);
        self
    }

    /// Keeps something of the answer for later steps, as `{name}`.
    pub(crate) fn keeps(mut self, name: &'static str, look: Look) -> Self {
        self.keep.push((name, look));
        self
    }
}

/// The creation of the case's bucket.
pub(crate) fn bucket() -> Step {
    step("create", "PUT", "/{b}", "200")
}

/// A PUT of a document.
pub(crate) fn put(name: &'static str, path: &'static str, says: &'static str, body: &str) -> Step {
    step(name, "PUT", path, says).body(body)
}

/// A GET.
pub(crate) fn get(name: &'static str, path: &'static str, says: &'static str) -> Step {
    step(name, "GET", path, says)
}
