//! The interfaces that the captures of a file describe, numbered through over all of them.
//!
//! Files that one machine wrote one after the other describe the same interfaces each: one of a later section or capture that
//! has the name and link type of one before is that one.

use crate::model::interface::CaptureInterface;

/// Most interfaces that are known by name; those behind them are numbered as they come.
const MOST_KNOWN: usize = 256;

/// The interfaces of a file.
#[derive(Default)]
pub struct Interfaces {
    /// By number.
    known: Vec<Known>,
    n: u32,
    /// The number of the interface of captures whose format describes none.
    plain: Option<u16>,
}

struct Known {
    name: String,
    /// None if the format describes no interface.
    link_type: Option<u16>,
    /// The section at hand has described it.
    is_in_section: bool,
}

impl Interfaces {
    /// What is described next is another section's.
    pub fn begin_section(&mut self) {
        self.known.iter_mut().for_each(|known| known.is_in_section = false);
    }

    /// The number of an interface that a section describes; its name is empty if it has none.
    pub fn describe(&mut self, name: String, link_type: u16) -> u16 {
        let is_it = |known: &Known| !known.is_in_section && known.link_type == Some(link_type) && known.name == name;
        match self.known.iter().position(is_it) {
            Some(number) => {
                if let Some(known) = self.known.get_mut(number) {
                    known.is_in_section = true;
                }
                number as u16
            }
            None => self.add(Known { name, link_type: Some(link_type), is_in_section: true }),
        }
    }

    /// The number of the one interface of captures whose format describes none.
    pub fn plain(&mut self) -> u16 {
        if let Some(number) = self.plain {
            return number;
        }
        let number = self.add(Known { name: String::new(), link_type: None, is_in_section: false });
        self.plain = Some(number);
        number
    }

    /// Their names by number, the first ones.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.known.iter().map(|known| known.name.as_str())
    }

    fn add(&mut self, known: Known) -> u16 {
        if self.known.len() < MOST_KNOWN {
            self.known.push(known);
        }
        let number = self.n.min(u32::from(CaptureInterface::UNDESCRIBED) - 1) as u16;
        self.n = self.n.saturating_add(1);
        number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interface_is_told_by_name_and_link_type_and_within_a_section_by_its_place() {
        let mut interfaces = Interfaces::default();
        let mut section = |described: &[(&str, u16)]| {
            interfaces.begin_section();
            described
                .iter()
                .map(|(name, link_type)| interfaces.describe((*name).into(), *link_type))
                .collect::<Vec<_>>()
        };
        assert_eq!(section(&[("eth0", 1), ("", 1), ("", 1)]), [0, 1, 2]);
        assert_eq!(section(&[("", 1), ("eth1", 1), ("eth0", 1), ("eth0", 127)]), [1, 3, 0, 4]);
        assert_eq!(section(&[("", 1), ("", 1), ("", 1)]), [1, 2, 5]);
        assert_eq!((interfaces.plain(), interfaces.plain()), (6, 6));
        assert_eq!(interfaces.names().collect::<Vec<_>>(), ["eth0", "", "", "eth1", "eth0", "", ""]);
    }

    #[test]
    fn no_number_means_an_interface_that_is_not_described() {
        let mut interfaces = Interfaces::default();
        let last = (0..70_000).map(|_| interfaces.describe(String::new(), 1)).last();
        assert_eq!((last, interfaces.names().count()), (Some(CaptureInterface::UNDESCRIBED - 1), MOST_KNOWN));
    }
}
