#!/bin/sh
# The programs and the Python package, from the packages.
set -eu

pictures=$(pwd)/examples/pictures
cd "$(mktemp -d)"
digit-predict --top 0 "$pictures/seven-blue-pen.png" | grep ': 7 '
digit-read "$pictures/numbers/year.png" | grep ': 1987$'
digit predict "$pictures/seven-blue-pen.png" | grep 7
test "$(python3 -c "import libdigit, sys
print(libdigit.Model.pretrained().read(sys.argv[1]).text)" "$pictures/numbers/year.png")" = 1987
