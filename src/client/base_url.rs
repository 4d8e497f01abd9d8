//! The one origin that the key is sent to.

use std::fmt;
use std::net::IpAddr;

use reqwest::Url;

use super::settings::ClientError;

/// A checked base URL, without a slash at its end.
#[derive(Clone, PartialEq, Eq)]
pub struct BaseUrl(Url);

impl BaseUrl {
    /// Checks a base URL: https, or http on this machine; no user, no query.
    pub fn parse(text: &str) -> Result<Self, ClientError> {
        let mut url = Url::parse(text.trim()).map_err(|error| ClientError::NotAUrl(error.to_string()))?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err(ClientError::NotHttps);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(ClientError::UserInfo);
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(ClientError::Query);
        }
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        let base_url = Self(url);
        if base_url.is_plain() && !base_url.is_loopback() {
            return Err(ClientError::Plain {
                host: base_url.host().to_owned(),
            });
        }
        Ok(base_url)
    }

    /// Whether it is on this machine: such an upstream is a simulated one, and its units are no money.
    pub fn is_loopback(&self) -> bool {
        let host = self.host();
        host == "localhost"
            || host
                .trim_matches(['[', ']'])
                .parse::<IpAddr>()
                .is_ok_and(|address| address.is_loopback())
    }

    /// Whether it is http, not https.
    pub(super) fn is_plain(&self) -> bool {
        self.0.scheme() == "http"
    }

    /// The address of a path below it. The texts of the query are encoded so that they arrive byte for byte.
    pub(super) fn address(&self, path: &str, query: &[(&'static str, String)]) -> Url {
        let mut url = self.0.clone();
        let below = self.0.path().trim_end_matches('/');
        url.set_path(&format!("{below}{path}"));
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }

    /// Whether `url` has the same scheme, host and port.
    pub(super) fn is_origin_of(&self, url: &Url) -> bool {
        self.0.origin() == url.origin()
    }

    fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}", self.to_string())
    }
}

#[cfg(test)]
mod tests {
    use reqwest::Url;

    use super::BaseUrl;
    use crate::client::ClientError;

    fn normal(text: &str) -> Result<String, ClientError> {
        BaseUrl::parse(text).map(|base_url| base_url.to_string())
    }

    #[test]
    fn a_base_url_loses_its_last_slash() {
        assert_eq!(
            normal("https://api.hikerapi.com/").unwrap(),
            "https://api.hikerapi.com"
        );
        assert_eq!(
            normal(" https://API.hikerapi.com:443 ").unwrap(),
            "https://api.hikerapi.com"
        );
        assert_eq!(
            normal("https://proxy.example/hiker//").unwrap(),
            "https://proxy.example/hiker"
        );
    }

    #[test]
    fn plain_http_stays_on_this_machine() {
        for here in [
            "http://127.0.0.1:8080",
            "http://127.9.9.9",
            "http://localhost:1",
            "http://[::1]:8080",
        ] {
            assert!(BaseUrl::parse(here).unwrap().is_loopback(), "{here}");
        }
        let elsewhere = [
            "api.hikerapi.com",
            "localhost.example.com",
            "127.0.0.1.example.com",
            "10.0.0.1",
            "0.0.0.0",
            "[::]",
        ];
        for host in elsewhere {
            let error = BaseUrl::parse(&format!("http://{host}/")).unwrap_err();
            assert_eq!(
                error,
                ClientError::Plain {
                    host: host.to_owned()
                }
            );
            assert!(!BaseUrl::parse(&format!("https://{host}/")).unwrap().is_loopback());
        }
    }

    #[test]
    fn what_is_no_base_url_is_refused_without_repeating_it() {
        assert_eq!(
            normal("https://me:canary@api.hikerapi.com"),
            Err(ClientError::UserInfo)
        );
        assert_eq!(
            normal("https://canary@api.hikerapi.com"),
            Err(ClientError::UserInfo)
        );
        assert_eq!(
            normal("https://api.hikerapi.com/?access_key=canary"),
            Err(ClientError::Query)
        );
        assert_eq!(
            normal("https://api.hikerapi.com/#canary"),
            Err(ClientError::Query)
        );
        assert_eq!(normal("ftp://api.hikerapi.com/"), Err(ClientError::NotHttps));
        assert!(matches!(normal("api.hikerapi.com"), Err(ClientError::NotAUrl(_))));
        assert!(matches!(normal("https://"), Err(ClientError::NotAUrl(_))));
    }

    #[test]
    fn a_cursor_is_encoded_so_that_it_arrives_as_it_was() {
        let cursor = "{\"server_cursor\": \"QVF+/==\", \"x\": \"&a=b#\u{e9}\"}";
        let base_url = BaseUrl::parse("https://proxy.example/hiker/").unwrap();
        let url = base_url.address(
            "/gql/comments/chunk",
            &[("media_id", "7".into()), ("end_cursor", cursor.into())],
        );
        assert_eq!(url.path(), "/hiker/gql/comments/chunk");
        assert!(
            url.query()
                .unwrap()
                .starts_with("media_id=7&end_cursor=%7B%22server_cursor%22%3A+%22QVF%2B%2F%3D%3D")
        );
        assert_eq!(url.query_pairs().last().unwrap().1, cursor);
    }

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        let base_url = BaseUrl::parse("https://api.hikerapi.com").unwrap();
        let is_origin_of = |text| base_url.is_origin_of(&Url::parse(text).unwrap());
        assert!(is_origin_of("https://api.hikerapi.com:443/other"));
        for other in [
            "http://api.hikerapi.com/",
            "https://api.hikerapi.com:8443/",
            "https://hikerapi.com/",
            "data:x",
        ] {
            assert!(!is_origin_of(other), "{other}");
        }
    }
}
