// A policy as one small static program, which holds it or pins it. What the kernel decides is left open in it, so it need not be
// built where it is to run; what this machine decides, such as the numbers of its files, cannot be taken elsewhere and is refused.
#include <sys/stat.h>

#include <lsmith/btf/base/printable.hpp>
#include <lsmith/loader/image/build_image.hpp>
#include <lsmith/programs/cli/policy/policy_arguments.hpp>
#include <lsmith/programs/cli/policy/policy_options.hpp>
#include <lsmith/programs/cli/shared/sentences.hpp>
#include <lsmith/programs/options/common_options.hpp>
#include <lsmith/programs/pinned/pin_policy.hpp>
#include <lsmith/programs/cli/shared/listing_file.hpp>
#include <lsmith/programs/cli/shared/open_types.hpp>
#include <lsmith/programs/standalone/standalone.hpp>

namespace lsmith::cli {
namespace {

namespace options = boost::program_options;

/// A file that an option's value names; empty when it names none.
std::string named_file(const option_description& option, const std::string& value) {
  std::string named;
  if (option.kind != programs::option_kind::paths) return named;
  programs::change_paths(option, value, [&](const std::string& path) { return named = path; });
  return named;
}

[[noreturn]] void refuse_file(std::string_view option, const std::string& path) {
  throw refused_request{"--" + std::string(option) + " names '" + path +
                        "': a file is known by its number, which is another one on another machine; use 'lsmith run' there"};
}

void refuse_what_stays_here(const policy_request& asked, const options::variables_map& given) {
  for (const auto& one : asked.chosen)
    for (const option_description& option : one.policy->options) {
      const auto value = one.values.find(option.name);
      const std::string path = value == one.values.end() ? std::string() : named_file(option, value->second.text);
      if (!path.empty()) refuse_file(option.name, path);
    }
  if (given.count("except-exe")) refuse_file("except-exe", given["except-exe"].as<std::vector<std::string>>().front());
  if (given.count("confirm-within"))
    throw usage_error{"--confirm-within counts from now, and the program that is built starts later; use 'lsmith run' there"};
  if (given.count("perf-buffer"))
    throw usage_error{"--perf-buffer makes as many buffers as this machine has processors; leave it out"};
  if (asked.dry_run && !asked.pin)
    throw usage_error{"--dry-run only reports, and a program that stays reports nothing; add --pin NAME, and 'lsmith watch NAME' tells"};
  if (asked.pin && asked.load.cgroup)
    throw refused_request{"a pinned policy knows its cgroup by its number, which is another one on another machine; leave out --pin, "
                          "or use 'lsmith run' there"};
}

/// The words that the policy was asked for with.
std::string about(const policy_request& asked) {
  std::string text = asked.name;
  for (const std::string& one : asked.options) text += " " + one;
  return text;
}

/// The policy's pin, with ten digits for the time at which it will be put in force.
loader::image_pin pin_of(const policy_request& asked, const programs::made_policy& made) {
  constexpr std::string_view digits = "9999999999";
  auto what = programs::describe_request(asked, made);
  what.since = 9'999'999'999;
  const std::string text = programs::to_text(what);
  return {*asked.pin, text, text.find(digits, text.find("\nsince "))};
}

/// What the program says when it is done.
std::string sentence(const policy_request& asked) {
  if (asked.choices.disarmed) return "in place; it lets everything pass until 'lsmith arm " + *asked.pin + "'";
  if (asked.dry_run) return "in place; it reports what it would refuse, and refuses nothing";
  return asked.pin ? "in force, and stays" : "in force";
}

/// An executable file, there as a whole or not at all; a pipe or a device is written to as it is.
bool write_program(const std::string& path, std::string_view content) {
  if (!is_ordinary(path)) return write_output(path, content);
  output_file file(path);
  return write_all(file.opened(), content) && fchmod(file.opened().get(), 0755) == 0 && file.keep();
}

}  // namespace

int build_policy(const words& given, const console& to) {
  options::options_description more("Options of build");
  more.add_options()
      ("output,o", options::value<std::string>()->value_name("FILE"), "the program")
      ("btf", options::value<std::string>()->value_name("TYPES"), "for the kernel of this BTF or ELF file, instead of the running one")
      ("help", "this text");
  options::variables_map values;
  auto asked = read_policy_request("build", given, more, values, to);
  if (!asked) return done;
  if (!values.count("output")) throw usage_error{"name the file to write: -o FILE"};
  refuse_what_stays_here(*asked, values);
  if (!asked->pin) asked->choices.events = programs::event_channel::none;  // nobody would read them
  const auto kernel = open_types(values, to);
  if (!kernel) return refused;
  auto made = programs::make_policy(*asked, *kernel);
  if (!made) return complain(to, made.error(), &*kernel);
  if (auto set = loader::set_scope(made->whole, asked->load); !set) return complain(to, set.error());
  asked->load.contents = made->contents;
  const auto pin = asked->pin ? std::optional(pin_of(*asked, *made)) : std::nullopt;
  const auto packed = loader::build_image(std::move(made->whole), asked->load, {about(*asked), sentence(*asked)}, pin);
  if (!packed) return complain(to, packed.error());
  const std::string& path = values["output"].as<std::string>();
  const auto program = programs::standalone_program(*packed);
  if (!write_program(path, {reinterpret_cast<const char*>(program.data()), program.size()})) return complain(to, cannot_write(path));
  to.err << "lsmith: " << path << ": " << asked->name << ", " << (program.size() + 1023) / 1024 << " KiB; it "
         << (asked->dry_run ? "watches " : "binds ") << printable(bound_processes(*asked))
         << (asked->pin ? " until the machine restarts, and ends at once\n" : " as long as it runs\n");
  return done;
}

}  // namespace lsmith::cli
