//! Registries: the one list of a folder of resources or data sources.

/// Declares one module per resource and a function `all` that lists them.
///
/// Each module has its resource as `Handler`. Adding a resource is one file and one word:
/// ```ignore
/// tfplugin::resources! { Clients: dlm_policy, etcd_backup_bucket }
/// // pub mod dlm_policy; pub mod etcd_backup_bucket;
/// // pub fn all() -> Vec<Box<dyn AnyResource<Clients>>> { ... }
/// ```
/// `cargo fmt` does not follow modules that a macro declares: run `rustfmt` on the files.
#[macro_export]
macro_rules! resources {
    ($Client:ty : $($name:ident),* $(,)?) => {
        $(pub mod $name;)*

        /// Every resource, in the order of the list.
        pub fn all() -> ::std::vec::Vec<::std::boxed::Box<dyn $crate::AnyResource<$Client>>> {
            ::std::vec![$($crate::resource($name::Handler)),*]
        }
    };
}

/// Declares one module per data source and a function `all` that lists them. See
/// [`resources!`](crate::resources!).
#[macro_export]
macro_rules! data_sources {
    ($Client:ty : $($name:ident),* $(,)?) => {
        $(pub mod $name;)*

        /// Every data source, in the order of the list.
        pub fn all() -> ::std::vec::Vec<::std::boxed::Box<dyn $crate::AnyDataSource<$Client>>> {
            ::std::vec![$($crate::data_source($name::Handler)),*]
        }
    };
}
