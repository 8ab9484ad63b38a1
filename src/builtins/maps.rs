//! Methods of maps.

use super::Table;
use super::arguments::given;
use super::convert::new_list;
use crate::values::{ErrorKind, Fault, Map, Ref, Value, bad_key, shown};
use crate::vm::TypeKey;

/// The map that a method is of.
fn map(value: &Value) -> &Ref<Map> {
    let Some(map) = value.as_map() else { unreachable!("a map's methods are called on maps") };
    map
}

pub fn register(table: &mut Table) {
    let of = TypeKey::MAP;
    table.method(of, "get", "k default?", |_, this, args| {
        let found = map(this).get(&args[0]).map_err(|_| bad_key(&args[0]))?;
        Ok(found.unwrap_or_else(|| given(&args[1]).cloned().unwrap_or(Value::NIL)))
    });
    table.method(of, "remove", "k", |_, this, args| {
        let removed = map(this).open().remove(&args[0]).map_err(|_| bad_key(&args[0]))?;
        removed.ok_or_else(|| {
            Fault::new(ErrorKind::KeyError, format!("the map has no key {}", shown(&args[0])))
                .into()
        })
    });
    table.method(of, "keys", "", |_, this, _| new_list(map(this).keys()).map_err(Into::into));
    table.method(of, "values", "", |_, this, _| new_list(map(this).values()).map_err(Into::into));
    table.method(of, "items", "", |_, this, _| {
        let pairs = map(this).to_vec().into_iter().map(|(key, value)| new_list(vec![key, value]));
        new_list(pairs.collect::<Result<Vec<_>, _>>()?).map_err(Into::into)
    });
    table.method(of, "contains", "k", |_, this, args| {
        Ok(Value::bool(map(this).contains(&args[0]).map_err(|_| bad_key(&args[0]))?))
    });
    table.method(of, "clear", "", |_, this, _| {
        map(this).open().clear();
        Ok(Value::NIL)
    });
    table.method(of, "copy", "", |_, this, _| {
        let copy = Map::new();
        for (key, value) in map(this).to_vec() {
            copy.set(key, value).map_err(|_| Fault::no_memory("map"))?;
        }
        Ok(Value::from(copy))
    });
    table.method(of, "len", "", |_, this, _| Ok(Value::int(map(this).len() as i64)));
}
