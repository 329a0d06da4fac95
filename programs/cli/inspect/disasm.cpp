// lsmith disasm: bytes to text. asm assembles the text to the same bytes again. Only the form of the kernel's log (--kernel),
// which has no labels and no names, is for reading alone.
#include <cerrno>

#include <lsmith/asm/disasm/print.hpp>
#include <lsmith/asm/elf/elf.hpp>
#include <lsmith/asm/text/write.hpp>
#include <lsmith/btf/text/numbers.hpp>
#include <lsmith/btf/text/printable.hpp>
#include <lsmith/loader/inspect/readable_program.hpp>
#include <lsmith/loader/syscall/calls.hpp>
#include <lsmith/programs/cli/shared/listing_file.hpp>
#include <lsmith/programs/cli/shared/options.hpp>
#include <lsmith/programs/cli/shared/sentences.hpp>
#include <lsmith/programs/report/json.hpp>

namespace lsmith::cli {
namespace {

void write_instructions(const program& one, isa::text_form form, std::ostream& out) {
  const isa::print_options how = {.form = form, .helpers = isa::helper_calls::names, .names = one.relocations};
  for (std::uint32_t slot = 0; slot < one.code.size();) {
    std::string text, bytes;
    const std::uint32_t start = slot;
    slot += isa::print_at(one.code, slot, how, text);
    for (std::uint32_t each = start; each < slot; ++each) (bytes += bytes.empty() ? "" : " ") += hex_text(one.code[each]);
    if (start != 0) out << ',';
    programs::json_object row(out);
    row.number("slot", start);
    row.text("bytes", bytes);
    row.text("text", text);
  }
}

/// The programs, one instruction after the other. Jumps show distances, because a label would be a line of its own.
int print_json(const object& whole, isa::text_form form, std::ostream& out) {
  {
    programs::json_object all(out);
    programs::write_json_list(all.member("programs"), whole.programs, [&](const program& one) {
      programs::json_object row(out);
      row.text("name", one.name);
      row.text("hook", one.hook);
      write_instructions(one, form, row.member("instructions") << '[');
      out << ']';
    });
  }
  out << '\n';
  return done;
}

int disassemble_hex(const std::string& path, isa::text_form form, const console& to) {
  const auto text = read_input(path);
  if (!text) return complain(to, text.error());
  const std::string name = path == "-" ? "<stdin>" : path;
  const auto slots = read_hex(*text, name.c_str());
  if (!slots) return complain(to, slots.error());
  if (to.json()) {
    object whole;
    whole.programs.push_back({.code = *slots});
    return print_json(whole, form, to.out);
  }
  to.out << isa::print_listing(*slots, {.form = form});
  return done;
}

int disassemble_object(const std::string& path, isa::text_form form, const console& to) {
  const auto file = read_input(path);
  if (!file) return complain(to, file.error());
  const auto read = read_elf(std::as_bytes(std::span(*file)));
  if (!read) return complain(to, in_file(read.error(), path));
  const object& whole = read->content;
  if (to.json()) return print_json(whole, form, to.out);
  if (form == isa::text_form::llvm) return to.out << where_it_holds(*read) << isa::text::write(whole), done;
  for (const program& one : whole.programs)
    to.out << printable(one.name + " on " + one.hook) << ":\n" << isa::print_listing(one.code, {.form = form});
  return done;
}

/// Reads a loaded program. Opening it by id needs CAP_SYS_ADMIN, more than reading it.
result<loader::loaded_program> read_loaded(std::uint32_t id) {
  const auto explain = [&](error why) {
    if (why.system_error == ENOENT) why = {.why = cause::program_absent, .system_error = ENOENT};
    if (why.system_error == EPERM)
      why = {.why = cause::missing_capability, .system_error = EPERM, .name = "CAP_SYS_ADMIN", .of = "reading a loaded program"};
    why.first = id;
    return failure(why);
  };
  const auto opened = loader::open_id(loader::kernel_object::program, id);
  if (!opened) return explain(opened.error());
  auto read = loader::read_program(*opened);
  if (!read) return explain(read.error());
  if (read->code.empty()) return explain({.why = cause::program_hidden});
  return read;
}

/// A comment line about a loaded program: its id, its name, its hook or else its type, and the uid that loaded it.
std::string title_of(const loader::loaded_program& read, const program& one) {
  std::string text = "; program " + std::to_string(read.info.id);
  if (!one.name.empty()) text += ", " + one.name;
  text += one.hook.empty() ? ", of type " + std::to_string(read.info.type) : ", on hook " + one.hook;
  return printable(text + ", loaded by uid " + std::to_string(read.info.created_by_uid)) + "\n";
}

// Where the kernel does not report a hook (before 6.0, or not an LSM program), it cannot be a program of an object: the
// instructions are printed without directives, as asm takes them too.
int disassemble_loaded(std::uint32_t id, isa::text_form form, const console& to) {
  const auto read = read_loaded(id);
  if (!read) return complain(to, read.error());
  const loader::readable_program shown = loader::make_readable(*read);
  const program& one = shown.whole.programs[0];
  if (to.json()) return print_json(shown.whole, form, to.out);
  to.out << title_of(*read, one);
  if (form == isa::text_form::llvm && !one.hook.empty()) return to.out << isa::text::write(shown.whole, shown.remarks), done;
  to.out << isa::print_listing(one.code,
                               {.form = form, .names = one.relocations, .functions = one.functions, .remarks = shown.remarks});
  return done;
}

std::uint32_t read_id(const std::string& text) {
  const auto id = whole_number<std::uint32_t>(text);
  if (!id) throw usage_error{"--id takes the number of a loaded program, as 'lsmith list' shows it"};
  return *id;
}

constexpr std::string_view usage =
    "usage: lsmith disasm FILE.o | --hex [FILE|-] | --id N [--kernel] [--json]\n\n"
    "Prints instructions as text. Bytes that are no instruction are printed as .insn. A loaded program is printed as the kernel\n"
    "runs it, which differs from what was loaded: helpers may be inlined, divisions are guarded, dead code is gone.\n\n";

}  // namespace

int disassemble(const words& given, const console& to) {
  namespace options = boost::program_options;
  options::options_description known("Options of disasm");
  known.add_options()("hex", "the file contains hexadecimal digits, 16 for each instruction slot")(
      "id", options::value<std::string>()->value_name("N"),
      "the loaded program with this id, as 'lsmith list' shows it; needs root")(
      "kernel", "as the kernel's log writes instructions")("json", "as JSON (docs/json.md)")("help", "this text");
  const auto values = read_options(given, known, plain_words::one);
  if (values.count("help")) return to.out << usage << known, done;
  const isa::text_form form = values.count("kernel") ? isa::text_form::kernel : isa::text_form::llvm;
  const words named = plain(values);
  if (values.count("id")) {
    if (values.count("hex") || !named.empty()) throw usage_error{"give one of a file, --hex and --id"};
    return disassemble_loaded(read_id(values["id"].as<std::string>()), form, to);
  }
  if (values.count("hex")) return disassemble_hex(named.empty() ? "-" : named.front(), form, to);
  if (named.empty()) throw usage_error{"say what to disassemble: FILE.o, --hex for digits, or --id for a loaded program"};
  return disassemble_object(named.front(), form, to);
}

}  // namespace lsmith::cli
