// A program's types help people who read logs and listings, and some maps need them. The kernel takes them whole or not at
// all, so what it does not know is left out first, and it alone says what it knows.
#pragma once

#include <lsmith/btf/base/bytes.hpp>
#include <lsmith/btf/base/error.hpp>
#include <lsmith/btf/base/fd.hpp>
#include <lsmith/btf/encode/sanitize.hpp>

namespace lsmith::loader {

/// What the running kernel takes in types that are loaded, found by loading a few.
btf::feature_set known_features(int token = -1);

/// Loads types. When the kernel refuses them, it is asked what it knows, and they are loaded in its words. Error: the
/// kernel's to the first try. Both by what a token allows, where one is given.
result<fd> load_types(bytes types, int token = -1);

}  // namespace lsmith::loader
