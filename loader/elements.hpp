// Walking a map from user space, one key after the other. The kernel gives no snapshot: what is put in or changed during
// the walk may be seen or not.
#pragma once

#include <functional>

#include <lsmith/btf/base/bytes.hpp>
#include <lsmith/loader/enforce.hpp>

namespace lsmith::loader {

/// Takes one element; the bytes are valid during the call.
using element_function = std::function<void(bytes key, bytes value)>;

/// Hands on every element of a map whose values are not per processor. Error: map_operation.
result<void> for_each_element(const live_map& from, const element_function& take);

}  // namespace lsmith::loader
