/// Texts brought into one case, so that they can be compared without regard to it.
#pragma once

#include <string>
#include <string_view>

namespace riposte {

/// ASCII in lower case, and the two other characters whose simple case folding is ASCII (U+017F, U+212A).
std::string fold(std::string_view text);

/// The same without those two: byte by byte into `to`, which has room for the text.
void fold_ascii(std::string_view text, char* to);

/// Whether fold() makes something else of the text than fold_ascii().
bool folds_into_ascii(std::string_view text);

/// Unicode's simple case folding of every character. `text` is UTF-8.
std::string fold_beyond_ascii(std::string_view text);

}  // namespace riposte
