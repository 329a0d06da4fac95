// --btf FILE, as every verb takes it that looks into types.
#pragma once

#include <optional>

#include <boost/program_options.hpp>

#include <lsmith/loader/kernel_types.hpp>
#include <lsmith/programs/cli/verb.hpp>

namespace lsmith::cli {

/// The types that --btf names, or the running kernel's. Complains and gives nothing when they cannot be read.
inline std::optional<lsmith::btf::types> open_types(const boost::program_options::variables_map& values, const console& to) {
  const bool named = values.count("btf") != 0;
  auto read = named ? loader::read_types(values["btf"].as<std::string>()) : loader::read_types();
  if (read) return std::move(*read);
  const std::string sentence = to_string(read.error());
  const std::string path = named ? values["btf"].as<std::string>() : "";
  const bool says_path = !named || read.error().name.view() == path;
  complain(to, (says_path ? "" : path + ": ") + sentence);
  return std::nullopt;
}

}  // namespace lsmith::cli
