//! Server names and ports of mining pools.

use crate::detect::support::domains;

/// Domains of public pools, as each names its servers on its page for miners.
const NAMES: [&str; 29] = [
    "2miners.com",
    "antpool.com",
    "braiins.com",
    "c3pool.com",
    "ethermine.org",
    "f2pool.com",
    "flypool.org",
    "gntl.uk",
    "hashvault.pro",
    "herominers.com",
    "hiveon.net",
    "kryptex.network",
    "luxor.tech",
    "miningocean.org",
    "miningpoolhub.com",
    "moneroocean.stream",
    "nanopool.org",
    "nicehash.com",
    "poolin.com",
    "prohashing.com",
    "slushpool.com",
    "supportxmr.com",
    "unmineable.com",
    "viabtc.com",
    "viabtc.io",
    "woolypooly.com",
    "xmrpool.eu",
    "zergpool.com",
    "zpool.ca",
];

/// Ports that those pages name, for Stratum with and without TLS, and that hardly anything else has.
const PORTS: [u16; 11] = [3333, 4444, 5555, 7777, 9200, 10_128, 10_343, 12_222, 14_433, 14_444, 20_128];

/// True for the name of a server of a pool; its web pages begin with `www` or with nothing.
pub fn is_pool(name: &str) -> bool {
    let is_server = |domain: &str| domains::is_of(name, domain) && name != domain && !name.starts_with("www.");
    NAMES.iter().any(|domain| is_server(domain))
}

/// True for a port that pools like to use.
pub fn is_usual_port(port: u16) -> bool {
    PORTS.contains(&port)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_of_pools_are_told_from_their_pages() {
        assert!(is_pool("pool.supportxmr.com") && is_pool("xmr-eu1.nanopool.org"));
        assert!(
            !is_pool("www.nanopool.org") && !is_pool("nanopool.org") && !is_pool("notnanopool.org") && !is_pool("")
        );
        assert!(is_usual_port(3333) && !is_usual_port(443));
    }
}
