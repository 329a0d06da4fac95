#include <lsmith/loader/load/load_btf.hpp>

#include <cerrno>

#include <lsmith/loader/syscall/calls.hpp>

namespace lsmith::loader {

btf::feature_set known_features(int token) {
  btf::feature_set known = 0;
  for (const btf::feature_row& row : btf::feature_rows)
    if (load_btf(btf::feature_probe(row.what), {}, token)) known |= btf::features(row.what);
  return known;
}

result<fd> load_types(bytes types, int token) {
  result<fd> loaded = load_btf(types, {}, token);
  if (loaded || loaded.error().system_error != EINVAL) return loaded;
  const btf::feature_set known = known_features(token);
  if (known == btf::all_features) return loaded;
  const auto plainer = btf::sanitize_for(known, types);
  if (!plainer) return loaded;
  result<fd> again = load_btf(*plainer, {}, token);
  return again ? std::move(again) : std::move(loaded);
}

}  // namespace lsmith::loader
