//! The exchanges of an encrypted connection: which side sends how much, and after what silence.

use crate::model::flow::Direction;

/// What the originator sends, and what comes back until it sends again. If nothing was `sent`, the responder sent
/// unasked.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Exchange {
    /// When it began, ms after the flow.
    pub at_millis: u32,
    /// From its start to the first answer, ms; `u16::MAX` if none came.
    pub wait_millis: u16,
    /// Payload bytes of the originator; saturates, as the next three do.
    pub sent: u16,
    /// Payload bytes of the responder.
    pub got: u16,
    /// Packets of the originator.
    pub n_sent: u8,
    /// Packets of the responder.
    pub n_got: u8,
}

impl Exchange {
    /// True if the originator sent data and got an answer.
    pub fn is_answered(&self) -> bool {
        self.sent > 0 && self.got > 0
    }

    /// The exchange without what may be protocol overhead (settings, pings, acknowledgments); `None` if nothing is
    /// left.
    pub fn content(self) -> Option<Exchange> {
        let is_small = |bytes: u16, n: u8| bytes / u16::from(n.max(1)) < Exchanges::LEAST_CONTENT;
        let mut content = self;
        if is_small(self.sent, self.n_sent) {
            (content.sent, content.n_sent) = (0, 0);
        }
        if is_small(self.got, self.n_got) {
            (content.got, content.n_got, content.wait_millis) = (0, 0, u16::MAX);
        }
        (content.sent > 0 || content.got > 0).then_some(content)
    }

    /// True if the responder sent without a request.
    pub fn is_unasked(&self) -> bool {
        self.sent == 0
    }
}

/// The exchanges of a connection, or of a part of one.
#[derive(Clone, Debug, Default)]
pub struct Exchanges {
    /// In order of time; at most [`Exchanges::MOST`].
    pub list: Vec<Exchange>,
    /// Number of later exchanges, which are not kept.
    pub n_more: u32,
    /// How often the responder sent first after a silence, however few bytes.
    pub n_responder_first: u16,
    /// How often the originator answered that at once and with more bytes, as a shell answers a command.
    pub n_larger_replies: u16,
    /// How often the originator sent first after a silence.
    pub n_originator_first: u16,
    last: Option<(Direction, u32)>,
    /// When either side last sent anything, ms.
    latest_millis: Option<u32>,
    led: Option<Led>,
    n_bulky: u8,
}

/// What the responder sent after a silence, and what came back.
#[derive(Clone, Copy, Debug)]
struct Led {
    at_millis: u32,
    bytes: u32,
    answer_bytes: u32,
}

impl Exchanges {
    /// Most exchanges kept: more than one a second up to the active time-out of a flow.
    pub const MOST: usize = 4096;
    /// Smaller payload is protocol overhead: settings of HTTP/2, pings of WebSocket and MQTT (2 to 9 bytes), with the
    /// 22 bytes that TLS 1.3 adds.
    pub const LEAST_BYTES: u32 = 32;
    /// Smaller payload may be protocol overhead: pings and acknowledgments of HTTP/2 (RFC 9113: 13 to 17 bytes) with
    /// the 29 bytes that TLS 1.2 adds; acknowledgments of QUIC.
    pub const LEAST_CONTENT: u16 = 48;
    /// After a silence this long a side starts a new exchange, ms.
    const PAUSE_MILLIS: u32 = 1000;
    /// Data that arrives later is no answer, ms.
    const MOST_WAIT_MILLIS: u32 = 10_000;
    /// More bytes in one direction are a data transfer, not an exchange.
    const BULKY_BYTES: u16 = 16 * 1024;
    /// With this many of these it is no exchange of requests and answers, and nothing is kept.
    const MOST_BULKY: u8 = 4;

    /// True if the connection transfers data instead of exchanging requests and answers.
    pub fn is_bulky(&self) -> bool {
        self.n_bulky >= Exchanges::MOST_BULKY
    }

    /// Adds a packet: its payload size, and the time since the flow began.
    pub fn take(&mut self, direction: Direction, at_millis: u32, bytes: u32) {
        self.lead(direction, at_millis, bytes);
        if bytes < Exchanges::LEAST_BYTES || self.is_bulky() {
            return;
        }
        let before = self.last.replace((direction, at_millis));
        if self.n_more > 0 {
            // Once none is kept, only exchanges that the originator starts are counted.
            let is_new =
                direction == Direction::ToResponder && before.is_none_or(|(last, _)| last == Direction::ToOriginator);
            self.n_more = self.n_more.saturating_add(u32::from(is_new));
            return;
        }
        if self.begins(direction, at_millis, before) {
            if self.list.len() >= Exchanges::MOST {
                self.n_more = 1;
                return;
            }
            self.list.push(Exchange { at_millis, wait_millis: u16::MAX, ..Exchange::default() });
        }
        self.add(direction, at_millis, bytes);
    }

    /// Counts who speaks first after a silence, and who only answers.
    fn lead(&mut self, direction: Direction, at_millis: u32, bytes: u32) {
        let before = self.latest_millis.replace(at_millis);
        let is_silent = before.is_none_or(|before| at_millis.saturating_sub(before) >= Exchanges::PAUSE_MILLIS);
        match (direction, &mut self.led) {
            (Direction::ToOriginator, _) if is_silent => {
                self.n_responder_first = self.n_responder_first.saturating_add(1);
                self.led = Some(Led { at_millis, bytes, answer_bytes: 0 });
            }
            (Direction::ToOriginator, Some(led)) if led.answer_bytes == 0 => {
                led.bytes = led.bytes.saturating_add(bytes)
            }
            (Direction::ToOriginator, _) => self.led = None,
            (Direction::ToResponder, Some(led))
                if at_millis.saturating_sub(led.at_millis) <= Exchanges::PAUSE_MILLIS =>
            {
                let was_more = led.answer_bytes > led.bytes;
                led.answer_bytes = led.answer_bytes.saturating_add(bytes);
                self.n_larger_replies =
                    self.n_larger_replies.saturating_add(u16::from(!was_more && led.answer_bytes > led.bytes));
            }
            (Direction::ToResponder, _) => {
                self.n_originator_first = self.n_originator_first.saturating_add(u16::from(is_silent));
                self.led = None;
            }
        }
    }

    /// True if a packet starts an exchange.
    fn begins(&self, direction: Direction, at_millis: u32, before: Option<(Direction, u32)>) -> bool {
        let (Some((last, last_millis)), Some(exchange)) = (before, self.list.last()) else { return true };
        let silence = at_millis.saturating_sub(last_millis);
        match (direction, last) {
            (Direction::ToResponder, Direction::ToOriginator) => true,
            (Direction::ToOriginator, Direction::ToResponder) => {
                silence > Exchanges::MOST_WAIT_MILLIS || exchange.sent == 0
            }
            _ => silence > Exchanges::PAUSE_MILLIS,
        }
    }

    fn add(&mut self, direction: Direction, at_millis: u32, bytes: u32) {
        let Some(exchange) = self.list.last_mut() else { return };
        let bytes = u16::try_from(bytes).unwrap_or(u16::MAX);
        let (sum, n) = match direction {
            Direction::ToResponder => (&mut exchange.sent, &mut exchange.n_sent),
            Direction::ToOriginator => {
                if exchange.n_got == 0 {
                    exchange.wait_millis =
                        u16::try_from(at_millis.saturating_sub(exchange.at_millis)).unwrap_or(u16::MAX);
                }
                (&mut exchange.got, &mut exchange.n_got)
            }
        };
        let was_bulky = *sum > Exchanges::BULKY_BYTES;
        (*sum, *n) = (sum.saturating_add(bytes), n.saturating_add(1));
        if !was_bulky && *sum > Exchanges::BULKY_BYTES {
            self.n_bulky += 1;
            if self.is_bulky() {
                self.list = Vec::new();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Direction::{ToOriginator, ToResponder};

    fn exchanges(packets: &[(Direction, u32, u32)]) -> Exchanges {
        let mut exchanges = Exchanges::default();
        packets.iter().for_each(|(direction, at, bytes)| exchanges.take(*direction, *at, *bytes));
        exchanges
    }

    #[test]
    fn pings_are_no_content() {
        let exchange = |sent, got| Exchange { sent, got, n_sent: 1, n_got: 1, wait_millis: 9, ..Exchange::default() };
        assert_eq!((exchange(39, 39).content(), exchange(90, 70).content()), (None, Some(exchange(90, 70))));
        assert!(exchange(39, 70).content().is_some_and(|content| content.is_unasked() && content.got == 70));
        assert!(exchange(90, 39).content().is_some_and(|content| !content.is_answered() && content.sent == 90));
    }

    #[test]
    fn questions_answers_and_what_is_said_unasked_are_told_apart() {
        let exchanges = exchanges(&[
            (ToResponder, 0, 60),
            (ToResponder, 2, 90),
            (ToOriginator, 30, 200),
            (ToOriginator, 30, 31),
            (ToResponder, 5000, 150),
            (ToOriginator, 5040, 80),
            (ToOriginator, 9000, 900),
            (ToOriginator, 9001, 100),
            (ToOriginator, 15_000, 1000),
        ]);
        let seen: Vec<_> = exchanges.list.iter().map(|t| (t.at_millis, t.sent, t.n_sent, t.got, t.n_got)).collect();
        assert_eq!(seen, [(0, 150, 2, 200, 1), (5000, 150, 1, 80, 1), (9000, 0, 0, 1000, 2), (15_000, 0, 0, 1000, 1)]);
        assert_eq!(exchanges.list.iter().map(|exchange| exchange.wait_millis).take(2).collect::<Vec<_>>(), [30, 40]);
        assert!(exchanges.list[0].is_answered() && exchanges.list[3].is_unasked());
    }

    #[test]
    fn downloads_keep_nothing_and_long_connections_are_counted_on() {
        let page = |i: u32| [(ToResponder, i * 100, 400), (ToOriginator, i * 100 + 20, 60_000)];
        let download = exchanges(&(0..9).flat_map(page).collect::<Vec<_>>());
        assert!(download.is_bulky() && download.list.capacity() == 0);
        let word = |i: u32| [(ToResponder, i * 100, 100), (ToOriginator, i * 100 + 20, 100)];
        let content = exchanges(&(0..Exchanges::MOST as u32 + 9).flat_map(word).collect::<Vec<_>>());
        assert_eq!((content.list.len(), content.n_more), (Exchanges::MOST, 9));
    }

    #[test]
    fn orders_are_told_from_questions_and_news() {
        let turns = |packets: &dyn Fn(u32) -> [(Direction, u32, u32); 2]| {
            let all = exchanges(&(1..9).flat_map(packets).collect::<Vec<_>>());
            (all.n_responder_first, all.n_larger_replies, all.n_originator_first)
        };
        assert_eq!(turns(&|i| [(ToOriginator, i * 5000, 27), (ToResponder, i * 5000 + 9, 400)]), (8, 8, 0), "a shell");
        assert_eq!(turns(&|i| [(ToResponder, i * 5000, 200), (ToOriginator, i * 5000 + 9, 300)]), (0, 0, 8), "polls");
        assert_eq!(turns(&|i| [(ToOriginator, i * 5000, 300), (ToResponder, i * 5000 + 9, 40)]), (8, 0, 0), "news");
    }

    #[test]
    fn an_exchange_is_small() {
        assert_eq!(size_of::<Exchange>(), 12);
    }
}
