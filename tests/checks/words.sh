# The terms of the field instead of terms of our own. The left column is what the tree must not say; the right one, what it says.
# A few words have another meaning that is right: those places are listed at the end.
# shellcheck shell=sh

banned='
\<(map|program)_types\>                map_btf, prog_btf
\<own_types\>                          local_types, load_btf
\<previous_answers?\>|answer_range     previous_retval, retval_range
\<answer(s|ed)?\>                      return value, result, resolve
\<questions?\>                         relocation, check
\<wanted\>                             relocation, required
dialect|spoken_with|sample_of          sanitize, sanitize_for, feature_probe
believed                               trusted
never_asleep|\<asleep\>                sleepable
take_element                           lookup_and_delete
preset|\<taken up\>|\<takes up\>       initial_value, opened or reused
\<halves\>|\<lanes\>                   binary search, interleaved walk, section
circumstances|look_around              caller_context, read_caller_context
granted<|\<refusals?\>                 load_result, load_error
\<grown\>                              pod_vector
\<licences?\>                          license
\<folders?\>                           directory
\<letters\>                            character
\<processors?\>                        CPU
tall(y|ies|ied)                        decision counts, total
\<standings?\>|\<stands? in\>          status, replaces
\<in force\>|in_force                  enforced, loads and attaches
\<whoever\>|\<nobody\>                 the process that, none
\<bears?\>                             has
(goes|go|went|going) down\>            crashes
program of its own                     standalone executable
packed policy|packed_policy            policy image
'

# FILE:WORD, with the reason.
allowed='
LICENSE:licences                       a legal text, quoted as it is written everywhere
asm/text/instruction/lexer.hpp:letters what follows a number in "12ab"
'

words_of_the_field() {
  printf '%s\n' "$banned" | grep . | sed -E 's/ {2,}.*//' | while read -r term; do
    git ls-files ':!tests/fuzz/seeds' ':!tests/checks/words.sh' | xargs grep -noIE -i -e "$term" 2>/dev/null
  done | while IFS=: read -r file line word; do
    printf '%s\n' "$allowed" | grep -qF -e "$file:$word " || echo "$file:$line: $word"
  done | grep . && return 1
  return 0
}

check "words are those of the field" words_of_the_field
