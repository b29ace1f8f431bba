//! Lists and maps in JSON that stop growing at a limit: a hostile document is refused before it takes much memory.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

struct List<T>(usize, PhantomData<T>);
struct Map(usize);

/// At most `MOST` items; for `#[serde(deserialize_with = "…")]`.
pub(super) fn list<'de, const MOST: usize, T, D>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    deserializer.deserialize_seq(List(MOST, PhantomData))
}

/// The same for a member that may be absent.
pub(super) fn optional_list<'de, const MOST: usize, T, D>(deserializer: D) -> Result<Option<Vec<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    list::<MOST, T, D>(deserializer).map(Some)
}

/// A map of texts with at most `MOST` members, each named once.
pub(super) fn texts<'de, const MOST: usize, D>(deserializer: D) -> Result<BTreeMap<String, String>, D::Error>
where
    D: Deserializer<'de>,
{
    deserializer.deserialize_map(Map(MOST))
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for List<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list of at most {} items", self.0)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Vec<T>, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            if list.len() == self.0 {
                return Err(A::Error::custom(format!("a list has more than {} items", self.0)));
            }
            list.push(item);
        }
        Ok(list)
    }
}

impl<'de> Visitor<'de> for Map {
    type Value = BTreeMap<String, String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a map of at most {} texts", self.0)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut map = BTreeMap::new();
        while let Some((name, value)) = members.next_entry::<String, String>()? {
            if map.len() == self.0 {
                return Err(A::Error::custom(format!("a map has more than {} members", self.0)));
            }
            if map.insert(name, value).is_some() {
                return Err(A::Error::custom("a member of a map is there twice"));
            }
        }
        Ok(map)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<T>(
        json: &str,
        how: fn(&mut serde_json::Deserializer<serde_json::de::StrRead<'_>>) -> serde_json::Result<T>,
    ) -> Option<T> {
        how(&mut serde_json::Deserializer::from_str(json)).ok()
    }

    #[test]
    fn a_list_or_map_is_read_up_to_its_limit() {
        assert_eq!(read("[1,2]", |d| list::<2, u8, _>(d)), Some(vec![1, 2]));
        assert_eq!(read("[1,2,3]", |d| list::<2, u8, _>(d)), None);
        assert_eq!(read("[]", |d| optional_list::<0, u8, _>(d)), Some(Some(vec![])));
        assert_eq!(read(r#"{"a":"b"}"#, |d| texts::<1, _>(d)).unwrap().len(), 1);
        assert_eq!(read(r#"{"a":"b","c":"d"}"#, |d| texts::<1, _>(d)), None);
        assert_eq!(read(r#"{"a":"b","a":"d"}"#, |d| texts::<9, _>(d)), None);
    }
}
