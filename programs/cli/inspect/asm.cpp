// lsmith asm: text to bytes. A text with directives is an object; it is written as an ELF file or printed as hexadecimal
// digits. Instructions alone name no hook, so they are only printed, unless --program names one.
#include <algorithm>
#include <cerrno>
#include <optional>

#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include <lsmith/asm/disasm/lint.hpp>
#include <lsmith/asm/disasm/names.hpp>
#include <lsmith/asm/elf/elf.hpp>
#include <lsmith/asm/text/instruction/lexer.hpp>
#include <lsmith/asm/text/parse.hpp>
#include <lsmith/loader/kernel_btf/kernel_btf.hpp>
#include <lsmith/programs/cli/shared/listing_file.hpp>
#include <lsmith/programs/cli/shared/open_types.hpp>
#include <lsmith/programs/cli/shared/options.hpp>
#include <lsmith/programs/cli/shared/sentences.hpp>
#include <lsmith/programs/report/json.hpp>

namespace lsmith::cli {
namespace {

/// Name and hook of a program.
struct program_name {
  std::string name = {}, hook = {};
};

/// Assembles a text with directives.
checked<object> assemble_file(std::string_view source, const char* file, const isa::text::options& how) {
  auto whole = isa::text::parse(source, file, how);
  if (!whole) return whole;
  if (faults wrong = check(*whole); !wrong.empty()) return std::unexpected(std::move(wrong));
  return whole;
}

/// Assembles instructions without directives to one program.
checked<object> assemble_program(std::string_view source, const char* file, const program_name& of,
                                 const isa::text::options& how) {
  auto made = isa::text::parse_code(source, file, how);
  if (!made) return std::unexpected(std::move(made.error()));
  object whole;
  whole.programs.push_back(isa::make_program(of.name, of.hook, std::move(*made)));
  return whole;
}

program_name read_program_name(const std::string& text) {
  const std::size_t comma = std::min(text.find(','), text.size());
  const program_name words = {text.substr(0, comma), text.substr(std::min(comma + 1, text.size()))};
  const auto is_word = [](std::string_view part) {
    return !part.empty() && std::ranges::all_of(part, isa::text::characters::is_in_word);
  };
  if (!is_word(words.name) || !is_word(words.hook)) throw usage_error{"--program takes NAME,HOOK, as in deny_alg,socket_create"};
  return words;
}

faults find_warnings(const object& whole) {
  faults all;
  for (const program& one : whole.programs)
    for (const fault& warning : isa::lint(one.code, one.lines, one.functions)) all.add(warning);
  return all;
}

/// The relocations at a slot, as the text names them; empty when there is none.
std::string relocation_name(const program& of, std::uint32_t slot) {
  std::string text;
  for (const relocation& open : of.relocations) {
    if (open.slot != slot) continue;
    const bool wide = slot + 1 < of.code.size();
    isa::print_name(open, wide ? static_cast<std::uint32_t>(of.code[slot + 1].immediate) : 0, text);
  }
  return text;
}

void print_hex(const object& whole, std::ostream& out) {
  for (const program& one : whole.programs) {
    if (!one.name.empty()) out << "# " << one.name << " on " << one.hook << '\n';
    for (std::uint32_t slot = 0; slot < one.code.size(); ++slot) {
      const std::string name = relocation_name(one, slot);
      out << hex_text(one.code[slot]) << (name.empty() ? "" : "  # ") << name << '\n';
    }
  }
}

void write_slots(const program& one, std::ostream& out) {
  for (std::uint32_t slot = 0; slot < one.code.size(); ++slot) {
    if (slot != 0) out << ',';
    programs::json_object row(out);
    row.number("slot", slot);
    row.text("bytes", hex_text(one.code[slot]));
    if (const std::string name = relocation_name(one, slot); !name.empty()) row.text("name", name);
  }
}

/// For which kernel the file was written, and on which others it is valid: where these relocations have these values.
void write_validity(programs::json_object& all, const object_file& written, std::ostream& out) {
  all.text("kernel", written.kernel);
  programs::write_json_list(all.member("valid_where"), written.resolved, [&](const resolved_name& one) {
    programs::json_object row(out);
    row.text("relocation", one.relocation);
    row.number("value", one.value);
  });
}

/// The programs with their bytes, the warnings of --check, and what was written.
void print_json(const object& whole, const faults& warnings, const object_file& written, std::ostream& out) {
  {
    programs::json_object all(out);
    programs::write_json_list(all.member("programs"), whole.programs, [&](const program& one) {
      programs::json_object row(out);
      row.text("name", one.name);
      row.text("hook", one.hook);
      write_slots(one, row.member("slots") << '[');
      out << ']';
    });
    write_problems(all, "warnings", warnings);
    if (!written.kernel.empty()) write_validity(all, written, out);
  }
  out << '\n';
}

constexpr std::string_view usage =
    "usage: lsmith asm FILE|- [-o OUT.o [--btf TYPES] | --hex] [--json] [--program NAME,HOOK] [--no-lines]\n"
    "                         [--check [--werror]] [--far-jumps gotol|islands]\n\n"
    "Assembles a text. Without -o and --hex it only checks the text. Bytes are printed one instruction slot per line; a\n"
    "number that only a kernel can resolve is zero, with its name next to it.\n\n"
    "With --btf other loaders can load the file too: they resolve the CO-RE relocations on every kernel. All other\n"
    "relocations are resolved now, from these types, and asm prints on which kernels the result is valid.\n\n";

/// The name for a kernel's types: for the running kernel its release, else the path.
std::string kernel_name(const std::string& path) {
  utsname running{};
  if (path != loader::kernel_btf::default_path || uname(&running) != 0) return path;
  return running.release;
}

/// Where to write, and how to report faults of the text.
struct destination {
  std::string path;
  std::string_view source;
  const console& to;
  object_file& written;  ///< set to what was written for a kernel's types

  int fail(const faults& wrong) const { return to.err << isa::text::explain(wrong, source), keep_for_json(to, wrong); }
  int fail_to_write() const { return complain(to, command_cause::file_unwritable, cannot_write(path)); }
};

/// Reads back an ELF file; empty if it cannot be read.
object_file read_back(const fd& file) {
  struct stat about{};
  if (fstat(file.get(), &about) != 0) return {};
  const auto length = static_cast<std::size_t>(about.st_size);
  const loader::mapping mapped(length, PROT_READ, file.get(), 0);
  if (!mapped) return {};
  auto read = read_elf({reinterpret_cast<const std::byte*>(mapped.data()), length});
  return read ? std::move(*read) : object_file();
}

int write_file(const object& whole, const elf_options& chosen, const destination& at) {
  output_file file(at.path);
  if (!file.opened()) return at.fail_to_write();
  errno = 0;
  if (const auto done = write_elf(whole, file.opened(), chosen); !done)
    return done.error()[0].why == cause::elf_invalid && errno != 0 ? at.fail_to_write() : at.fail(done.error());
  if (chosen.kernel != nullptr) at.written = read_back(file.opened());
  return file.keep() ? status::done : at.fail_to_write();
}

/// A terminal, a pipe or a device is written to directly.
int write_stream(const object& whole, const elf_options& chosen, const destination& at) {
  const auto file = write_elf(whole, chosen);
  if (!file) return at.fail(file.error());
  if (!write_output(at.path, {reinterpret_cast<const char*>(file->data()), file->size()})) return at.fail_to_write();
  at.written = *read_elf(*file);
  return done;
}

isa::far_jumps read_far_jumps(const boost::program_options::variables_map& values) {
  if (!values.count("far-jumps")) return isa::far_jumps::refuse;
  const std::string how = values["far-jumps"].as<std::string>();
  if (how == "gotol") return isa::far_jumps::gotol;
  if (how == "islands") return isa::far_jumps::islands;
  throw usage_error{"--far-jumps takes gotol or islands"};
}

/// Writes the file that -o names. Sets `written` to what it contains, if it was written for a kernel's types.
int write_object(const object& whole, std::string_view source, const boost::program_options::variables_map& values,
                 object_file& written, const console& to) {
  elf_options chosen;
  std::optional<btf::types> kernel;
  std::string name;
  if (values.count("btf")) {
    if (!(kernel = open_types(values, to))) return refused;
    name = kernel_name(values["btf"].as<std::string>());
    chosen = {.kernel = &*kernel, .kernel_name = name};
  }
  const destination at = {values["output"].as<std::string>(), source, to, written};
  return is_ordinary(at.path) ? write_file(whole, chosen, at) : write_stream(whole, chosen, at);
}

}  // namespace

int assemble(const words& given, const console& to) {
  namespace options = boost::program_options;
  options::options_description known("Options of asm");
  known.add_options()("output,o", options::value<std::string>()->value_name("OUT.o"),
                      "write the programs as an ELF file; the text names them with .program")(
      "btf", options::value<std::string>()->value_name("TYPES"),
      "with -o: the types of the kernel to write for, a BTF or ELF file")(
      "program", options::value<std::string>()->value_name("NAME,HOOK"),
      "the text is instructions without directives: make them this program")("no-lines", "write no line information to the file")(
      "hex", "print the bytes")("json", "print the bytes and the warnings as JSON (docs/json.md)")(
      "check",
      "warn of code that is legal but probably a mistake: jumps to nowhere, a missing exit, unreachable code, writes to r10, accesses outside the stack")(
      "werror", "with --check: write and print nothing if there is a warning, and exit with status 1")(
      "far-jumps", options::value<std::string>()->value_name("HOW"),
      "how to encode jumps that are too far for 16 bits: gotol for kernels from 6.6 on, islands for all; without it they are an error")(
      "help", "this text");
  const auto values = read_options(given, known, plain_words::one);
  if (values.count("help")) return to.out << usage << known, done;
  if (values.count("hex") && values.count("output")) throw usage_error{"give one of -o and --hex"};
  if (values.count("btf") && !values.count("output")) throw usage_error{"--btf needs -o: only a file is written for a kernel"};
  if (values.count("werror") && !values.count("check")) throw usage_error{"--werror is about the warnings of --check; give both"};
  if (plain(values).empty()) throw usage_error{"name the file to assemble, or - for the standard input"};

  const std::string path = plain(values).front();
  if (values.count("output") && path != "-" && is_same_file(path, values["output"].as<std::string>()) && is_ordinary(path))
    throw usage_error{"-o names the text itself, which would be overwritten; name another file"};
  const auto input = map_input(path);
  if (!input) return complain(to, input.error());
  const std::string_view source = input->text();
  const std::string name = path == "-" ? "<stdin>" : path;
  const isa::text::options how = {
      .lines = values.count("no-lines") && !values.count("check") ? isa::line_info::drop : isa::line_info::keep,
      .far_jumps = read_far_jumps(values)};
  const program_name of = values.count("program") ? read_program_name(values["program"].as<std::string>()) : program_name{};
  const bool with_directives = !values.count("program") && (values.count("output") || isa::text::has_directives(source));
  auto whole = with_directives ? assemble_file(source, name.c_str(), how) : assemble_program(source, name.c_str(), of, how);
  if (!whole) return to.err << isa::text::explain(whole.error(), source), keep_for_json(to, whole.error());
  const faults warnings = values.count("check") ? find_warnings(*whole) : faults();
  to.err << isa::text::explain(warnings, source, "warning: ");
  if (values.count("werror") && !warnings.empty()) return keep_for_json(to, warnings);
  if (values.count("no-lines"))
    for (program& one : whole->programs) one.lines.clear();  // the warnings above needed them
  object_file written;
  if (values.count("output"))
    if (const int status = write_object(*whole, source, values, written, to); status != done) return status;
  if (to.json()) print_json(*whole, warnings, written, to.out);
  else if (values.count("hex")) print_hex(*whole, to.out);
  else to.out << where_it_holds(written);
  return done;
}

}  // namespace lsmith::cli
