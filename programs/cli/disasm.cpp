// Bytes to text. What is printed is what asm takes, and gives the same bytes again; only the kernel's log form, which has
// no labels and no names, is for the eye.
#include <lsmith/asm/elf.hpp>
#include <lsmith/asm/print.hpp>
#include <lsmith/asm/text/write.hpp>
#include <lsmith/programs/cli/listing_file.hpp>
#include <lsmith/programs/cli/options.hpp>

namespace lsmith::cli {
namespace {

int disassemble_hex(const std::string& path, isa::text_form form, const console& to) {
  const auto text = read_input(path);
  if (!text) return complain(to, to_string(text.error()));
  const std::string name = path == "-" ? "<stdin>" : path;
  const auto slots = read_hex(*text, name.c_str());
  if (!slots) return to.err << to_string(slots.error()) << '\n', refused;
  to.out << isa::print_listing(*slots, {.form = form});
  return done;
}

int disassemble_object(const std::string& path, isa::text_form form, const console& to) {
  const auto file = read_input(path);
  if (!file) return complain(to, to_string(file.error()));
  const auto read = read_elf(std::as_bytes(std::span(*file)));
  if (!read) return to.err << path << ": " << to_string(read.error()) << '\n', refused;
  const object& whole = read->content;
  if (form == isa::text_form::llvm) return to.out << where_it_holds(*read) << isa::text::write(whole), done;
  for (const program& one : whole.programs)
    to.out << one.name << " on " << one.hook << ":\n" << isa::print_listing(one.code, {.form = form});
  return done;
}

constexpr std::string_view usage =
    "usage: lsmith disasm FILE.o | --hex [FILE|-] [--kernel]\n\n"
    "Prints instructions as text. Bytes that are no instruction are printed as .insn.\n\n";

}  // namespace

int disassemble(const words& given, const console& to) {
  namespace options = boost::program_options;
  options::options_description known("Options of disasm");
  known.add_options()
      ("hex", "the file holds hexadecimal digits, 16 for each instruction slot")
      ("kernel", "as the kernel's log writes instructions")
      ("help", "this text");
  const auto values = read_options(given, known, plain_words::one);
  if (values.count("help")) return to.out << usage << known, done;
  const isa::text_form form = values.count("kernel") ? isa::text_form::kernel : isa::text_form::llvm;
  const words named = plain(values);
  if (values.count("hex")) return disassemble_hex(named.empty() ? "-" : named.front(), form, to);
  if (named.empty()) throw usage_error{"say what to disassemble: FILE.o, or --hex for digits"};
  return disassemble_object(named.front(), form, to);
}

}  // namespace lsmith::cli
