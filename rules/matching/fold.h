/// Texts brought into one case, so that they can be compared without regard to it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace riposte {

/// ASCII in lower case, and the two other characters whose simple case folding is ASCII (U+017F, U+212A).
std::string fold(std::string_view text);

/// The same without those two: byte by byte into `to`, which has room for the text. False when one of them
/// may be in it: see folds_into_ascii().
bool fold_ascii(std::string_view text, char* to);

/// Whether fold() makes something else of the text than fold_ascii().
bool folds_into_ascii(std::string_view text);

/// Whether the text is UTF-8 in which no character beyond ASCII has another case, so that fold() says all
/// there is to say: Chinese, emoji, box drawings.
bool fold_is_enough(std::string_view text);

/// Every text, as fold() makes it, that differs from this one in the case of characters beyond ASCII only.
/// Empty: they would be more than `most`, or the
/// text is no UTF-8.
std::vector<std::string> case_variants(std::string_view text, std::size_t most);

/// Unicode's simple case folding of every character. `text` is UTF-8.
std::string fold_beyond_ascii(std::string_view text);

/// The longest run of ASCII: other characters have more cases than fold() knows.
std::string_view longest_ascii(std::string_view text);

}  // namespace riposte
