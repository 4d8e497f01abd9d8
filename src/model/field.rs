//! What one answer says of one column.

/// What an answer says of a value: nothing, that there is none, or what it is.
///
/// `Clear` comes only from full objects and only for the columns that a person can empty (biography, external_url,
/// category, full_name, caption, location); everywhere else a null says nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Field<T> {
    /// The answer does not speak of this column.
    #[default]
    Unsaid,
    /// The answer says that the column is empty.
    Clear,
    /// The answer gives the value.
    Is(T),
}

impl<T> Field<T> {
    /// The value, if there is one.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Is(value) => Some(value),
            Self::Unsaid | Self::Clear => None,
        }
    }

    /// This field, or `other` where this one says nothing.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match self {
            Self::Unsaid => other,
            said => said,
        }
    }
}

impl<T> From<Option<T>> for Field<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Unsaid, Self::Is)
    }
}

/// A [`Field`] without its Rust type, as the store binds it.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// The answer does not speak of this column.
    Unsaid,
    /// The answer says that the column is empty.
    Clear,
    /// A whole number, a truth value (0 or 1), or a time in unix milliseconds.
    Int(i64),
    /// A measure: seconds, degrees.
    Real(f64),
    /// A text, or a JSON array kept as text.
    Text(String),
}

impl From<Field<i64>> for Cell {
    fn from(field: Field<i64>) -> Self {
        match field {
            Field::Unsaid => Self::Unsaid,
            Field::Clear => Self::Clear,
            Field::Is(value) => Self::Int(value),
        }
    }
}

impl From<Field<bool>> for Cell {
    fn from(field: Field<bool>) -> Self {
        match field {
            Field::Unsaid => Self::Unsaid,
            Field::Clear => Self::Clear,
            Field::Is(value) => Self::Int(i64::from(value)),
        }
    }
}

impl From<Field<f64>> for Cell {
    fn from(field: Field<f64>) -> Self {
        match field {
            Field::Unsaid => Self::Unsaid,
            Field::Clear => Self::Clear,
            Field::Is(value) => Self::Real(value),
        }
    }
}

impl From<Field<String>> for Cell {
    fn from(field: Field<String>) -> Self {
        match field {
            Field::Unsaid => Self::Unsaid,
            Field::Clear => Self::Clear,
            Field::Is(value) => Self::Text(value),
        }
    }
}
