// Loads the BTF of a program or of maps. If it contains one kind that the kernel does not know, the kernel rejects all of it.
// So features that the running kernel lacks are replaced first (btf/encode/sanitize.hpp). Which they are is found by loading
// small BTF probes, not by the version.
#pragma once

#include <lsmith/btf/base/bytes.hpp>
#include <lsmith/btf/base/error.hpp>
#include <lsmith/btf/base/fd.hpp>
#include <lsmith/btf/encode/sanitize.hpp>

namespace lsmith::loader {

/// The BTF features that the running kernel accepts, found by loading a probe for each. `token`: a BPF token (6.9+), or -1.
/// Without the privilege to load BTF, none.
btf::feature_set known_features(int token = -1);

/// Loads BTF. If the kernel rejects it (EINVAL), loads it again, sanitized for the features that the kernel accepts. Error:
/// call_failed with the errno of the first attempt.
result<fd> load_types(bytes types, int token = -1);

}  // namespace lsmith::loader
