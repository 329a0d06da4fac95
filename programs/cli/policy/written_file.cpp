#include <lsmith/programs/cli/policy/written_file.hpp>

#include <algorithm>
#include <span>

#include <lsmith/asm/object/reserved_names.hpp>
#include <lsmith/asm/text/parse.hpp>
#include <lsmith/programs/cli/policy/scope_words.hpp>
#include <lsmith/programs/cli/shared/listing_file.hpp>
#include <lsmith/programs/cli/shared/sentences.hpp>
#include <lsmith/programs/options/common_options.hpp>
#include <lsmith/programs/options/files.hpp>

namespace lsmith::cli {
namespace {

using programs::written_policy;

constexpr std::string_view elf_magic = "\177ELF";

[[noreturn]] void refuse(const faults& wrong, std::string_view source) {
  throw faulty_text{wrong, isa::text::explain(wrong, source)};
}

object read_text(std::string_view source, const char* file) {
  if (!isa::text::has_directives(source))
    throw refused_request{word(cause::value_missing),
                          "the text names no hook: it begins with directives, as '.program deny_alg, socket_create'",
                          {file}};
  auto whole = isa::text::parse(source, file);
  if (!whole) refuse(whole.error(), source);
  if (const faults wrong = check(*whole); !wrong.empty()) refuse(wrong, source);
  return std::move(*whole);
}

object_file read_object(std::string_view content, const std::string& path) {
  auto read = read_elf(std::as_bytes(std::span(content)));
  if (!read) {
    const faults wrong = in_file(read.error(), path);
    throw faulty_text{wrong, "lsmith: " + explain(wrong) + '\n'};
  }
  return std::move(*read);
}

bool has_denial(const object& whole) {
  return std::ranges::any_of(whole.constants, [](const named_constant& one) { return reserved::is_denial(one.name); });
}

void refuse_other_scope(const written_policy& policy, const boost::program_options::variables_map& given) {
  const scope_kind own = policy.file.content.scope.kind;
  const scope_word& declared = *std::ranges::find(scope_words, own, &scope_word::kind);
  for (const scope_word& one : scope_words)
    if (one.kind != own && given.count(one.option))
      throw usage_error{
          policy.name +
          (own == scope_kind::system ? " declares no scope, so it binds every process" : " declares another scope") +
          ": give --" + declared.option + declared.value + " in place of --" + one.option};
}

}  // namespace

bool names_written(std::string_view word) { return word == "-" || word.ends_with(".s") || word.ends_with(".o"); }

std::shared_ptr<const written_policy> read_written(const std::string& word) {
  const std::string path = word == "-" ? word : programs::absolute_path(word);
  const auto input = map_input(path);
  if (!input) throw refused_request{lsmith::word(input.error().why), explain(input.error())};
  auto made = std::make_shared<written_policy>(written_policy{.name = path});
  if (input->text().starts_with(elf_magic)) made->file = read_object(input->text(), path);
  else made->file.content = read_text(input->text(), programs::keep_name(word == "-" ? "<standard input>" : path));
  return made;
}

void refuse_undeclared(const written_policy& policy, const boost::program_options::variables_map& given) {
  refuse_other_scope(policy, given);
  const object& whole = policy.file.content;
  struct declared {
    const char* option;
    bool is_there;
    const char* what;
  };
  const declared all[] = {
      {"dry-run", has_denial(whole), "a constant 'denial' for its return value"},
      {"confirm-within", whole.find_map(reserved::deadline) != nullptr, "a map 'deadline'"},
      {"disarmed", whole.find_map(reserved::armed) != nullptr, "a map 'armed'"},
      {"except-exe", false, "exemptions"},
      {"except-cgroup", false, "exemptions"},
      {"except-uid", false, "exemptions"},
      {"partial", false, "which of its programs it can do without"},
      {"no-events", false, "how it reports"},
      {"perf-buffer", false, "how it reports"},
      {"events-per-second", false, "how it reports"},
      {"event-buffer", false, "how it reports"},
  };
  for (const declared& one : all)
    if (given.count(one.option) && !one.is_there)
      throw usage_error{policy.name + " does not declare " + one.what + ": leave out --" + one.option};
}

}  // namespace lsmith::cli
