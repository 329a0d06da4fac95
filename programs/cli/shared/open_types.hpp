// --btf FILE, as every verb takes it that looks into types.
#pragma once

#include <optional>
#include <string>

#include <boost/program_options.hpp>

#include <lsmith/loader/kernel_btf/kernel_types.hpp>
#include <lsmith/programs/cli/shared/sentences.hpp>
#include <lsmith/programs/options/files.hpp>

namespace lsmith::cli {

/// The types in a BTF or ELF file, those of a module with its base. Complains and gives nothing when they cannot be read.
inline std::optional<btf::types> open_types(const std::string& path, const console& to, const btf::types* base = nullptr) {
  auto read = base == nullptr ? loader::read_types(path) : loader::read_module_types(path, *base);
  if (read) return std::move(*read);
  complain(to, in_file(read.error(), path));
  return std::nullopt;
}

/// The types that --btf names, over those that --base names, or the running kernel's.
inline std::optional<btf::types> open_types(const boost::program_options::variables_map& values, const console& to) {
  std::optional<btf::types> base;
  if (values.count("base") && !(base = open_types(values["base"].as<std::string>(), to))) return std::nullopt;
  const std::string path = values.count("btf") ? values["btf"].as<std::string>() : loader::kernel_btf::usual_path;
  return open_types(path, to, base ? &*base : nullptr);
}

}  // namespace lsmith::cli
