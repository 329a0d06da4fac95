// Builds the tree of grammar.hpp. A row's text has its fields in braces, as in "{D} = {i}" (isa/table.hpp); everything else in
// it is read by the lexer.
#include <lsmith/asm/text/instruction/grammar.hpp>

#include <algorithm>
#include <memory>

namespace lsmith::isa::text {
namespace {

struct piece {
  step_kind kind;
  std::string_view text = {};
  slot_of_value value = {};
};

piece piece_of_field(char field) {
  switch (field) {
    case 'D':
    case 'S': return {step_kind::r_register, {}, {field, 0}};
    case 'd':
    case 's': return {step_kind::w_register, {}, {field, 0}};
    case 'o': return {step_kind::displacement, {}, {field, 0}};
    case 'x': return {step_kind::index, {}, {field, 0}};
    case 'j':
    case 'l': return {step_kind::target, {}, {field, 0}};
    case 'f':
    case 'c':
    case 'k': return {step_kind::callee, {}, {field, 0}};
    default: return {step_kind::number, {}, {field, 0}};
  }
}

piece piece_of_token(const token& written) {
  const auto number = static_cast<std::uint8_t>(written.value);
  if (written.kind == token_kind::r_register) return {step_kind::r_register, {}, {0, number}};
  if (written.kind == token_kind::w_register) return {step_kind::w_register, {}, {0, number}};
  return {step_kind::literal, written.text};
}

// Splits a row's text into pieces: fields, and the tokens between them.
std::vector<piece> pieces_of(std::string_view text) {
  std::vector<piece> pieces;
  while (!text.empty()) {
    const std::size_t brace = std::min(text.find('{'), text.size());
    for (lexer words(text.substr(0, brace)); words.peek().kind != token_kind::end;)
      pieces.push_back(piece_of_token(words.take()));
    if (brace == text.size()) break;
    pieces.push_back(piece_of_field(text[brace + 1]));
    text.remove_prefix(brace + 3);
  }
  return pieces;
}

// The tree while it is built. Its nodes live until the process exits.
struct tree {
  std::vector<std::unique_ptr<node>> nodes;
  node* root = add();

  node* add() { return nodes.emplace_back(std::make_unique<node>()).get(); }

  node* follow(node* from, const piece& next) {
    const bool literal = next.kind == step_kind::literal;
    const node* known = literal ? from->find(next.text) : from->find(next.kind);
    if (known != nullptr) return const_cast<node*>(known);
    node* to = add();
    if (literal) from->literals.push_back({next.text, to});
    else from->others[static_cast<std::size_t>(next.kind)] = to;
    return to;
  }

  void add_row(const form& row, std::string_view text, bool kernel_only) {
    ending end{&row, kernel_only};
    node* at = root;
    for (const piece& next : pieces_of(text)) {
      at = follow(at, next);
      if (next.kind != step_kind::literal) end.values.push_back(next.value);
    }
    at->endings.push_back(std::move(end));
  }
};

// The kernel's text for a 64-bit load looks like that of a mov, so it is valid only after its opcode.
bool needs_opcode(const form& row) { return row.mnemonic == "ld_imm64" && !row.kernel_text.empty(); }

tree build_tree() {
  tree built;
  for (const form& row : table()) {
    built.add_row(row, row.text, false);
    if (!row.kernel_text.empty()) built.add_row(row, row.kernel_text, needs_opcode(row));
  }
  return built;
}

}  // namespace

const node& grammar() {
  static const tree built = build_tree();
  return *built.root;
}

}  // namespace lsmith::isa::text
