// Writes a policy as one small static executable, which enforces it while it runs, or pins it. The executable resolves its
// relocations on the kernel where it starts, so it need not be built there. What differs between machines with the same
// kernel, such as inode numbers, is refused.
#include <sys/stat.h>

#include <lsmith/btf/text/printable.hpp>
#include <lsmith/loader/image/build_image.hpp>
#include <lsmith/programs/cli/policy/policy_arguments.hpp>
#include <lsmith/programs/cli/policy/policy_options.hpp>
#include <lsmith/programs/cli/shared/listing_file.hpp>
#include <lsmith/programs/cli/shared/open_types.hpp>
#include <lsmith/programs/cli/shared/sentences.hpp>
#include <lsmith/programs/options/common_options.hpp>
#include <lsmith/programs/pinned/pin_policy.hpp>
#include <lsmith/programs/report/json.hpp>
#include <lsmith/programs/standalone/standalone.hpp>

namespace lsmith::cli {
namespace {

namespace options = boost::program_options;

/// The first file that an option's value names; empty when it names none.
std::string named_file(const option_description& option, const std::string& value) {
  std::string named;
  if (option.kind != programs::option_kind::paths) return named;
  programs::change_paths(option, value, [&](const std::string& path) { return named = path; });
  return named;
}

[[noreturn]] void refuse_file(std::string_view option, const std::string& path) {
  throw refused_request{word(command_cause::machine_specific),
                        "--" + std::string(option) + " names '" + path +
                            "': a policy identifies a file by inode and device, which differ between machines; use 'lsmith run' "
                            "there"};
}

void refuse_machine_specific(const policy_request& request, const options::variables_map& given) {
  for (const auto& one : request.chosen)
    for (const option_description& option : one.policy->options) {
      const auto value = one.values.find(option.name);
      const std::string path = value == one.values.end() ? std::string() : named_file(option, value->second.text);
      if (!path.empty()) refuse_file(option.name, path);
    }
  if (given.count("except-exe")) refuse_file("except-exe", given["except-exe"].as<std::vector<std::string>>().front());
  if (given.count("confirm-within"))
    throw usage_error{"--confirm-within counts from now, but the executable starts later; use 'lsmith run' there"};
  if (given.count("perf-buffer")) throw usage_error{"--perf-buffer makes one buffer for each CPU of this machine; leave it out"};
  if (request.dry_run && !request.pin)
    throw usage_error{
        "--dry-run only reports, and an executable without --pin reports nothing; add --pin NAME, and read the "
        "events with 'lsmith watch NAME'"};
  if (request.pin && request.choices.scope.kind == scope_kind::cgroup)
    throw refused_request{word(command_cause::machine_specific),
                          "a pinned policy identifies its cgroup by id, which differs between machines; leave out --pin, or "
                          "use 'lsmith run' there"};
}

/// The request as on the command line: policy and options.
std::string about(const policy_request& request) {
  std::string text = request.name;
  for (const std::string& one : request.options) text += " " + one;
  return text;
}

/// The policy's pin. Ten digits in its description reserve room: the executable writes the time of enforcement there.
loader::image_pin pin_of(const policy_request& request, const programs::made_policy& made) {
  constexpr std::string_view digits = "9999999999";
  auto what = programs::describe_request(request, made);
  what.since = 9'999'999'999;
  const std::string text = programs::to_text(what);
  return {*request.pin, text, text.find(digits, text.find("\nsince ")), programs::is_armed_last(request)};
}

/// What the executable prints when it has attached the policy.
std::string sentence(const policy_request& request) {
  if (request.choices.disarmed) return "attached; it allows everything until 'lsmith arm " + *request.pin + "'";
  if (request.dry_run) return "attached; it reports what it would deny, and denies nothing";
  return request.pin ? "enforced, and stays pinned" : "enforced";
}

void print_json(const policy_request& request, const std::string& path, std::size_t size, std::ostream& out) {
  {
    programs::json_object row(out);
    row.text("file", path);
    row.number("size", size);
    row.text("policy", request.name);
    row.text("binds", bound_processes(request));
    row.boolean("dry_run", request.dry_run);
    if (request.pin) row.text("name", *request.pin);
  }
  out << '\n';
}

/// Writes an executable file, whole or not at all. A pipe or a device is written to directly. On false, errno says why.
bool write_program(const std::string& path, std::string_view content) {
  if (!is_ordinary(path)) return write_output(path, content);
  output_file file(path);
  return write_all(file.opened(), content) && fchmod(file.opened().get(), 0755) == 0 && file.keep();
}

}  // namespace

int build_policy(const words& given, const console& to) {
  options::options_description more("Options of build");
  more.add_options()("output,o", options::value<std::string>()->value_name("FILE"), "the executable to write")(
      "btf", options::value<std::string>()->value_name("TYPES"),
      "for the kernel of this BTF or ELF file, instead of the running one")("json", "as JSON (docs/json.md)")("help",
                                                                                                              "this text");
  options::variables_map values;
  auto request = read_policy_request("build", given, more, values, to);
  if (!request) return done;
  if (!values.count("output")) throw usage_error{"name the file to write: -o FILE"};
  refuse_machine_specific(*request, values);
  if (!request->pin) request->choices.events = programs::event_channel::none;  // no process would read them
  const auto kernel = open_types(values, to);
  if (!kernel) return refused;
  auto made = programs::make_policy(programs::as_pinned(*request), *kernel);
  if (!made) return complain(to, made.error(), &*kernel);
  if (auto set = loader::set_scope(made->whole, request->load); !set) return complain(to, set.error());
  request->load.contents = made->contents;
  request->load.frozen = programs::frozen_maps(*request, made->whole);
  const auto pin = request->pin ? std::optional(pin_of(*request, *made)) : std::nullopt;
  const auto image = loader::build_image(std::move(made->whole), request->load, {about(*request), sentence(*request)}, pin);
  if (!image) return complain(to, image.error());
  const std::string& path = values["output"].as<std::string>();
  const auto program = programs::standalone_program(*image);
  if (!write_program(path, {reinterpret_cast<const char*>(program.data()), program.size()}))
    return complain(to, command_cause::file_unwritable, cannot_write(path));
  to.err << "lsmith: " << path << ": " << request->name << ", " << (program.size() + 1023) / 1024 << " KiB; it "
         << (request->dry_run ? "watches " : "binds ") << printable(bound_processes(*request))
         << (request->pin ? " until the machine restarts, and exits at once\n" : " as long as it runs\n");
  if (to.json()) print_json(*request, path, program.size(), to.out);
  return done;
}

}  // namespace lsmith::cli
