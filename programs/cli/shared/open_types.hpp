// --btf FILE, for every verb that reads types.
#pragma once

#include <optional>
#include <string>

#include <boost/program_options.hpp>

#include <lsmith/loader/kernel_btf/kernel_types.hpp>
#include <lsmith/programs/cli/shared/sentences.hpp>
#include <lsmith/programs/options/files.hpp>

namespace lsmith::cli {

/// What to try if the types cannot be read for this reason: BTF that continues that of a kernel reads like damaged BTF without it.
inline std::string_view about_base(cause why, bool has_base) {
  const bool may_be_split = why == cause::btf_header || why == cause::btf_string || why == cause::btf_type_id;
  if (!may_be_split) return {};
  return has_base ? ", or --base has the types of another kernel"
                  : ", or it is split BTF, as that of a module: then give the types of its kernel with --base";
}

/// Reads the types of a BTF or ELF file. The split BTF of a module needs `base`, which the returned types keep alive. If they
/// cannot be read, prints why and returns nothing.
inline std::optional<btf::types> open_types(const std::string& path, const console& to, const btf::types* base = nullptr) {
  auto read = base == nullptr ? loader::read_types(path) : loader::read_module_types(path, *base);
  if (read) return std::move(*read);
  complain_with(to, in_file(read.error(), path), about_base(read.error().why, base != nullptr));
  return std::nullopt;
}

/// Reads the types that --btf names, on top of those that --base names; without --btf the running kernel's. If they cannot be
/// read, prints why and returns nothing.
inline std::optional<btf::types> open_types(const boost::program_options::variables_map& values, const console& to) {
  std::optional<btf::types> base;
  if (values.count("base") && !(base = open_types(values["base"].as<std::string>(), to))) return std::nullopt;
  const std::string path = values.count("btf") ? values["btf"].as<std::string>() : loader::kernel_btf::default_path;
  return open_types(path, to, base ? &*base : nullptr);
}

}  // namespace lsmith::cli
