#!/bin/sh
# Install what is missing (Debian), build, and run the tests. See --help.
set -eu

top=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
build=${DIGIT_TEST_BUILD:-$top/build}
logs=$build/logs
venv=$build/venv
lanes_default='style release sanitize reference python programs web docs'
lanes_all="memory haswell system serial openmp neighbours abi clang base v3 package packaging \
keras browser opencv mpi bulk tsan tsan-reference msan valgrind fuzz coverage soak accuracy"
lanes_release='pretrained spark'
fuzz_seconds=${DIGIT_FUZZ_SECONDS:-90}
soak_seconds=${DIGIT_SOAK_SECONDS:-600}
cpus=$(getconf _NPROCESSORS_ONLN)

export PYTHONDONTWRITEBYTECODE=1

usage() {
    cat <<'END'
usage: sh tests/run.sh [--all | --release | --lanes "NAME..."] [--jobs N] [--list] [--help]

Installs what is missing with apt (Debian; as root or through sudo) and with pip into
build/venv, fetches MNIST into build/mnist, builds, and runs the tests in lanes, two at
a time. The log of a lane is build/logs/NAME.log. The last line of the output is
"N passed, N failed"; the exit status is 0 if none failed.

  --all        all lanes but `pretrained` and `spark`: sanitizers, valgrind, other kernels, other
               BLAS libraries, other compilers, and the accuracy of whole trainings
  --release    these, the built-in model made anew and compared, and bulk reading on Spark
  --lanes ...  only these lanes
  --jobs N     processes altogether (default: the number of CPUs)
  --list       the names of the lanes

Environment: MNIST_DIR, a folder with the four raw files of MNIST, instead of fetching
them; HANDS_DIR, the folder of hands that docs/pretrained.md names, without which the lane
`pretrained` makes no network; DIGIT_TEST_BUILD, a folder to build in,
instead of build; DIGIT_FUZZ_SECONDS, how long the lane `fuzz` looks at each target (90,
with --release 1800); DIGIT_SOAK_SECONDS, how long the lane `soak` lasts (600, with
--release 28800).
END
}

say() { echo "tests: $*"; }

fail() {
    echo "tests: $*" >&2
    exit 1
}

has() { command -v "$1" > /dev/null 2>&1; }

# ---- What has to be there ---------------------------------------------------

packages() {
    # Meson asks dpkg-dev where Debian has its libraries; without it they go where CMake won't look.
    echo meson ninja-build gcc g++ libc6-dev dpkg-dev pkgconf binutils strace check \
        libopenblas-pthread-dev libjansson-dev zlib1g-dev libleptonica-dev python3 python3-venv \
        curl ca-certificates
    # The pipeline's example, and its tests in two lanes.
    echo libtesseract-dev tesseract-ocr fonts-dejavu-core
    case " $lanes " in *' docs '*) echo doxygen scdoc man-db cmake ;; esac
    case " $lanes " in *' packaging '*)
        echo cmake scdoc debhelper dh-python lintian fakeroot debootstrap ;; esac
    case " $lanes " in *' valgrind '*) echo valgrind libc6-dbg ;; esac
    case " $lanes " in *' system '*) echo locales ;; esac
    case " $lanes " in *' msan '*) echo clang libclang-rt-dev make cmake dpkg-dev ;; esac
    case " $lanes " in *' abi '*) echo abigail-tools ;; esac
    case " $lanes " in *' openmp '*) echo libgomp1 ;; esac
    case " $lanes " in *' clang '* | *' fuzz '*) echo clang libclang-rt-dev ;; esac
    case " $lanes " in *' browser '*) echo chromium fonts-dejavu-core ;; esac
    case " $lanes " in *' mpi '*) echo libopenmpi-dev openmpi-bin ;; esac
    case " $lanes " in *' spark '*) echo openjdk-17-jre-headless ;; esac
    case " $lanes " in *' opencv '*) echo libopencv-dev xvfb xdotool libgl1 libglib2.0-0 ;; esac
}

is_installed() {
    case $(dpkg-query -W -f '${Status} ' "$1" 2> /dev/null) in
    *'ok installed'*) return 0 ;;
    *) return 1 ;;
    esac
}

install_packages() {
    if ! has dpkg-query || ! has apt-get; then
        say "no apt here; expecting what these Debian packages hold:" $(packages)
        return
    fi
    missing=
    for package in $(packages); do
        is_installed "$package" || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    as_root=
    if [ "$(id -u)" -ne 0 ]; then
        has sudo || fail "as root, please: apt-get install$missing"
        as_root=sudo
    fi
    say "installing$missing"
    $as_root sh "$top/tools/apt_get.sh" update &&
        $as_root sh "$top/tools/apt_get.sh" install -y --no-install-recommends $missing ||
        fail "apt-get could not install$missing"
}

install_python() {
    fill_venv "$venv" python/requirements.txt || fail "the Python packages could not be installed"
}

# Packages of tests/LIST into a virtual environment, if it has not this list already.
fill_venv() { # FOLDER LIST
    list=$top/tests/$2
    cmp -s "$list" "$1/installed.txt" && return
    say "installing the packages of $2 into $1"
    if { python3 -m venv "$1" &&
        "$1/bin/python" -m pip install --quiet -r "$list"; } > "$1.log" 2>&1
    then
        cp "$list" "$1/installed.txt"
    else
        tail -n 20 "$1.log" >&2
        return 1
    fi
}

# A missing MNIST costs the tests that need it, not all the others.
fetch_mnist() {
    if [ -n "${MNIST_DIR-}" ]; then
        return
    fi
    if sh "$top/examples/fetch-mnist.sh" "$build/mnist" > "$logs/mnist.log" 2>&1; then
        MNIST_DIR=$build/mnist
        export MNIST_DIR
    else
        tail -n 5 "$logs/mnist.log" >&2
        say "SKIPPED: MNIST could not be fetched, so no test with real digits is run"
        unset MNIST_DIR
    fi
}

# ---- Building ---------------------------------------------------------------

# Build in $build/NAME with these options of meson; anew if they are others than last time.
configure() { # NAME OPTION...
    folder=$build/$1
    shift
    wanted="${CC-cc} ${CXX-c++} $*"
    present=$(cat "$folder/options.txt" 2> /dev/null) || true
    if [ ! -f "$folder/build.ninja" ] || [ "$present" != "$wanted" ]; then
        rm -rf "$folder"
        meson setup "$folder" "$top" -Dtests=enabled "$@" || return 1
        echo "$wanted" > "$folder/options.txt"
    fi
    ninja -C "$folder" -j "$jobs"
}

run_meson() { # NAME OPTION...
    folder=$build/$1
    shift
    meson test -C "$folder" --no-rebuild --num-processes "$jobs" --print-errorlogs \
        --logbase "testlog-$lane" "$@"
}

# A shell's background jobs ignore Ctrl-C and so would all that they start; tests of Ctrl-C
# want it as it is elsewhere.
with_interrupt='import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.executable, [sys.executable] + sys.argv[1:])'

run_pytest() { # FOLDER|FILE...; of the build that $tested names
    folder=$build/${tested-release}
    DIGIT_BUILD=$folder LIBDIGIT_LIBRARY=$folder/libdigit/libdigit.so \
        PYTHONPATH=$top/bindings/python \
        "$venv/bin/python" -c "$with_interrupt" -m pytest -q -ra -p no:cacheprovider "$@"
}

c_suites='--suite unit --suite api --suite golden --suite fuzz'
valgrind_tests="--suite api --suite golden \
model save_load dataset evaluate normalize silence golden"

# ---- Lanes: each prints "Ok: N" and "Fail: N", or what meson and pytest print ----

# What needs no build: text, Python's mistakes, spelling.
lane_style() {
    fill_venv "$build/venv-style" style/requirements.txt || return 1
    "$build/venv-style/bin/python" -m pytest -q -ra -p no:cacheprovider tests/style
}

# The site, manual pages, completion, and all that pages tell people to type.
lane_docs() {
    wait_for_release && fill_venv "$build/venv-docs" ../docs/requirements.txt || return 1
    venv=$build/venv-docs
    run_pytest tests/docs
}

# Consumers of an installation, Debian packages, a Debian with nothing on it: see fresh_root.sh.
lane_packaging() {
    wait_for_release && run_pytest tests/package
}

lane_release() {
    configure release && run_meson release
}

lane_sanitize() {
    configure sanitize -Dbuildtype=debugoptimized -Db_sanitize=address,undefined \
        -Db_lundef=false -Dc_args=-fno-sanitize-recover=all || return 1
    ASAN_OPTIONS=strict_string_checks=1:detect_stack_use_after_return=1 \
        UBSAN_OPTIONS=print_stacktrace=1 run_meson sanitize $c_suites
}

# Every allocation failing in turn, in memory that is watched.
lane_memory() {
    configure memory -Dblas=reference -Dprograms=disabled -Dbuildtype=debugoptimized \
        -Db_sanitize=address,undefined -Db_lundef=false \
        -Dc_args=-fno-sanitize-recover=all || return 1
    ASAN_OPTIONS=allocator_may_return_null=1 CK_TIMEOUT_MULTIPLIER=5 \
        run_meson memory memory --timeout-multiplier 5
}

lane_reference() {
    configure reference -Dblas=reference && run_meson reference
}

lane_python() {
    wait_for_release && run_pytest tests/python
}

# Builds and installs the wheel, so it takes minutes and the network.
lane_package() {
    wait_for_release && LIBDIGIT_TEST_PACKAGE=1 run_pytest tests/python/test_package.py
}

# The frameworks whose files the package reads and writes; gigabytes, so in their own place.
lane_keras() {
    wait_for_release && fill_venv "$build/venv-peers" python/requirements-peers.txt || return 1
    venv=$build/venv-peers
    LIBDIGIT_TEST_PEERS=1 run_pytest tests/python/test_peers.py
}

lane_programs() {
    wait_for_release && run_pytest tests/programs
}

# The web app without a browser: its REST interface, its parts, what strangers try.
lane_web() {
    wait_for_release && fill_venv "$build/venv-web" web/requirements.txt || return 1
    venv=$build/venv-web
    run_pytest tests/web/test_api.py tests/web/test_abuse.py tests/web/test_training.py \
        tests/web/test_strokes.py
}

# The same page in Chromium.
lane_browser() {
    wait_for_release && fill_venv "$build/venv-browser" web/requirements-browser.txt || return 1
    venv=$build/venv-browser
    run_pytest tests/web/test_browser.py
}

# The windows and videos of the OpenCV programs: a build and Python packages of its own.
lane_opencv() {
    fill_venv "$build/venv-opencv" opencv/requirements.txt || return 1
    venv=$build/venv-opencv
    configure opencv || return 1
    run_meson opencv --suite opencv
    tested=opencv
    run_pytest tests/opencv
}

# Several ranks of one training, in a build that knows MPI.
lane_mpi() {
    fill_venv "$build/venv-mpi" mpi/requirements.txt && configure mpi || return 1
    venv=$build/venv-mpi
    tested=mpi
    run_pytest tests/mpi
}

# 20,000 pictures on each engine, workers and jobs killed: half an hour on two busy cores.
lane_bulk() {
    wait_for_release && fill_venv "$build/venv-bulk" bulk/requirements.txt || return 1
    venv=$build/venv-bulk
    run_pytest tests/bulk -k 'not spark'
}

lane_spark() {
    wait_for_release && fill_venv "$build/venv-spark" bulk/requirements-spark.txt || return 1
    venv=$build/venv-spark
    run_pytest tests/bulk -k spark
}

lane_haswell() {
    grep -q avx2 /proc/cpuinfo || { skip 'this processor has no AVX2' && return; }
    wait_for_release && OPENBLAS_CORETYPE=Haswell run_meson release $c_suites
}

# Where a comma is the decimal point; made here, so that the machine's locales stay what they are.
make_german() {
    mkdir -p "$build/locale"
    localedef -i de_DE -f UTF-8 "$build/locale/de_DE.UTF-8" || [ $? -eq 1 ] # 1: only warnings
    export LOCPATH="$build/locale" LC_ALL=de_DE.UTF-8
    [ "$(locale decimal_point)" = , ]
}

lane_system() {
    configure system -Dblas=system && make_german && run_meson system
}

# Debian's serial flavour is not thread-safe, and the OpenMP one wants threads of its own. Either
# may take the place of the usual one any day. Unpacked, not installed: the machine's own BLAS
# stays what it is.
run_flavour() { # serial | openmp
    has apt-get || { skip "no apt here to fetch libopenblas0-$1 with" && return; }
    configure "$1" -Dblas=system || return 1
    blas=$build/$1/blas
    mkdir -p "$blas"
    (cd "$blas" && apt-get download "libopenblas0-$1" &&
        dpkg-deb -x "libopenblas0-$1"_*.deb .) || return 1
    library=$(find "$blas" -name libopenblas.so.0 | head -n 1)
    LD_LIBRARY_PATH=$(dirname "$library") run_meson "$1" $c_suites
}

lane_serial() {
    run_flavour serial
}

lane_openmp() {
    run_flavour openmp
}

# Other libraries with a BLAS of their own in one process with the package; gigabytes to install.
lane_neighbours() {
    wait_for_release && fill_venv "$build/venv-neighbours" neighbours/requirements.txt || return 1
    venv=$build/venv-neighbours
    run_pytest tests/neighbours
}

# With debug information, which tells abidiff the types.
lane_abi() {
    configure abi -Dblas=reference -Dbuildtype=debugoptimized -Dprograms=disabled &&
        run_meson abi --suite abi
}

lane_clang() {
    clang=clang
    has clang || clang=clang-14
    CC=$clang CXX=${clang%%-*}++${clang#clang} configure clang && run_meson clang
}

lane_base() {
    configure base -Ddispatch=base && run_meson base $c_suites
}

lane_v3() {
    grep -q avx2 /proc/cpuinfo || { skip 'this processor has no AVX2' && return; }
    configure v3 -Ddispatch=v3 && run_meson v3 $c_suites
}

# TSan can't see into OpenBLAS, so it looks at our own product, too.
lane_tsan() {
    export DIGIT_CROWD_SECONDS=60
    configure tsan -Dbuildtype=debugoptimized -Db_sanitize=thread -Db_lundef=false || return 1
    TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1 run_meson tsan $c_suites
}

lane_tsan_reference() {
    export DIGIT_CROWD_SECONDS=60
    configure tsan-reference -Dbuildtype=debugoptimized -Db_sanitize=thread -Db_lundef=false \
        -Dblas=reference || return 1
    TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1 run_meson tsan-reference $c_suites
}

# Every byte that is read was written: in the fuzz targets, which use all of the library and, other
# than Check, nothing that MSan can't see into.
lane_msan() {
    has apt-get || { skip 'no apt here to fetch the sources of zlib and jansson with' && return; }
    libraries=$build/msan-libraries
    sh "$top/tests/fuzz/instrumented.sh" "$libraries" || return 1
    libraries=$libraries/usr
    export PKG_CONFIG_PATH="$libraries/lib/pkgconfig:$libraries/share/pkgconfig"
    CC=clang CXX=clang++ configure msan -Dblas=reference -Dprograms=disabled \
        -Dbuildtype=debugoptimized \
        -Db_sanitize=memory -Db_lundef=false -Dc_args=-fno-sanitize-recover=all || return 1
    run_meson msan --suite fuzz
}

# What trains and predicts in bulk would take hours here, and ASan has it; `silence` calls
# every public function once.
lane_valgrind() {
    wait_for_release || return 1
    CK_FORK=no CK_TIMEOUT_MULTIPLIER=60 DIGIT_FORKS=3 run_meson release $valgrind_tests \
        --timeout-multiplier 20 --wrapper "valgrind --quiet --error-exitcode=99 \
--leak-check=full --errors-for-leak-kinds=definite,indirect --show-leak-kinds=definite,indirect"
}

# libFuzzer looks for inputs that break something; the other lanes only replay the seeds. To trace
# comparisons would take two thirds of a reader's time.
fuzz_args='-fsanitize=fuzzer-no-link -fno-sanitize-coverage=trace-cmp -fno-sanitize-recover=all'

lane_fuzz() {
    clang=clang
    has clang || clang=clang-14
    CC=$clang CXX=${clang%%-*}++${clang#clang} configure fuzz -Dblas=reference \
        -Dprograms=disabled -Dbuildtype=debugoptimized -Db_sanitize=address,undefined \
        -Db_lundef=false -Dfuzz_engine=-fsanitize=fuzzer \
        "-Dc_args=$fuzz_args" || return 1
    sh "$top/tests/fuzz/fuzz.sh" "$build/fuzz" "$fuzz_seconds" || return 1
    CC=$clang CXX=${clang%%-*}++${clang#clang} \
        sh "$top/tests/fuzz/try_oss_fuzz.sh" "$build/oss-fuzz"
}

# Counted in two builds: one as it ships, and one with plain C and without a model inside, in which
# every allocation fails in turn.
lane_coverage() {
    fill_venv "$build/venv-coverage" coverage/requirements.txt || return 1
    : > "$build/no-model"
    counting='-Dprograms=disabled -Db_coverage=true -Dbuildtype=debug -Doptimization=1'
    counting="$counting -Db_ndebug=true"
    configure coverage $counting || return 1
    configure coverage-reference $counting -Dblas=reference \
        -Dpretrained="$build/no-model" || return 1
    find "$build/coverage" "$build/coverage-reference" -name '*.gcda' -delete
    export CK_TIMEOUT_MULTIPLIER=10
    run_meson coverage $c_suites --timeout-multiplier 10
    run_meson coverage-reference memory codec safetensors file idx --timeout-multiplier 10
    sh "$top/tests/coverage/report.sh" "$build/venv-coverage/bin/gcovr" "$build/coverage" \
        "$build/coverage-reference"
    wait_for_release && cover_python
}

cover_python() {
    package=$top/bindings/python
    python=$build/venv-coverage/bin/python
    export COVERAGE_FILE="$build/coverage/python" DIGIT_BUILD="$build/release" PYTHONPATH="$package"
    export LIBDIGIT_LIBRARY="$build/release/libdigit/libdigit.so"
    # Left out: coverage's own lock, if a thread has it at a fork, holds the child for ever.
    "$python" -c "$with_interrupt" -m coverage run --branch --source="$package/libdigit" \
        -m pytest -q -ra -p no:cacheprovider tests/python \
        --deselect tests/python/test_processes.py::test_fork_while_a_thread_trains
    "$python" -m coverage report --fail-under=90
}

# Mixed load for DIGIT_SOAK_SECONDS; memory, descriptors, threads and mappings stay as they are.
lane_soak() {
    wait_for_release && "$build/release/tests/soak/soak" "$soak_seconds"
}

lane_accuracy() {
    [ -n "${MNIST_DIR-}" ] || { skip 'MNIST is missing' && return; }
    wait_for_release && sh "$top/tests/accuracy/keras.sh" "$build/release" "$MNIST_DIR" \
        "$build/accuracy"
}

lane_pretrained() {
    [ -n "${MNIST_DIR-}" ] || { skip 'MNIST is missing' && return; }
    wait_for_release && sh "$top/tests/accuracy/pretrained.sh" "$build/release" "$MNIST_DIR" \
        "${HANDS_DIR-}" "$build/accuracy" "$venv/bin/python"
}

skip() {
    echo "SKIPPED: $*"
    echo 'Ok: 0'
}

# The release build is made first, by the lane of that name or here.
wait_for_release() {
    [ -f "$logs/release.built" ]
}

# ---- Running them -----------------------------------------------------------

# Passed and failed of a log: the summaries of meson and pytest.
count() { # LOG
    awk '
        /^(Ok|Expected Fail): / { passed += $NF }
        /^(Fail|Unexpected Pass|Timeout): / { failed += $NF }
        / in [0-9.]+s/ && /(passed|failed|error)/ {
            for (i = 2; i <= NF; i++) {
                if ($i ~ /^passed/) passed += $(i - 1)
                if ($i ~ /^(failed|errors?)[,]?$/) failed += $(i - 1)
            }
        }
        END { print passed + 0, failed + 0 }' "$1"
}

# A lane that breaks before its tests, or finds none, is a failure.
run_lane() { # NAME
    log=$logs/$1.log
    status=0
    (cd "$top" && "lane_$(echo "$1" | tr - _)") > "$log" 2>&1 < /dev/null || status=$?
    counted=$(count "$log")
    passed=${counted% *} failed=${counted#* }
    skipped=$(grep -h '^SKIPPED' "$log" | sort -u) || true
    if [ "$failed" -eq 0 ] && [ $status -ne 0 ]; then
        failed=1
    fi
    if [ "$passed" -eq 0 ] && [ "$failed" -eq 0 ] && [ -z "$skipped" ]; then
        failed=1
    fi
    echo "$passed $failed" > "$logs/$1.result"
    say "$1: $passed passed, $failed failed${skipped:+; $skipped}"
    if [ "$failed" -ne 0 ]; then
        grep -E '^ *[0-9]+/[0-9]+ .*(FAIL|TIMEOUT|ERROR)|^FAILED|^ERROR|error:' "$log" |
            awk '!seen[$0]++' | head -n 20 | sed 's/^/    /' || true
        say "$1: see $log"
    fi
}

# Takes lanes nobody has taken until none is left. Making a folder is an atomic claim.
work() {
    for lane in $lanes; do
        mkdir "$logs/$lane.claim" 2> /dev/null && run_lane "$lane"
    done
    return 0
}

build_release() {
    case " $lanes " in
    *' release '* | *' python '* | *' package '* | *' keras '* | *' programs '* | *' web '* | \
        *' browser '* | *' bulk '* | *' spark '* | *' docs '* | *' packaging '* | \
        *' haswell '* | *' valgrind '* | *' soak '* | *' neighbours '* | *' coverage '* | \
        *' accuracy '* | *' pretrained '*) ;;
    *) return 0 ;;
    esac
    say 'building'
    if (jobs=$cpus && configure release) > "$logs/build.log" 2>&1; then
        touch "$logs/release.built"
    else
        tail -n 20 "$logs/build.log" >&2
        say 'the release build failed'
    fi
}

run_lanes() {
    jobs=$((cpus / 2))
    [ "$jobs" -gt 0 ] || jobs=1
    work & first=$!
    work & second=$!
    trap 'kill $first $second 2> /dev/null; exit 130' INT TERM
    wait "$first"
    wait "$second"
}

total() {
    passed=0 failed=0
    for lane in $lanes; do
        read -r lane_passed lane_failed < "$logs/$lane.result"
        passed=$((passed + lane_passed)) failed=$((failed + lane_failed))
    done
    echo "$passed passed, $failed failed"
    [ "$failed" -eq 0 ]
}

# ---- Options ----------------------------------------------------------------

lanes=$lanes_default
while [ $# -gt 0 ]; do
    case $1 in
    --all) lanes="$lanes_default $lanes_all" ;;
    --release)
        lanes="$lanes_default $lanes_all $lanes_release"
        fuzz_seconds=${DIGIT_FUZZ_SECONDS:-1800}
        soak_seconds=${DIGIT_SOAK_SECONDS:-28800}
        ;;
    --lanes)
        [ $# -gt 1 ] || fail '--lanes wants names; --list shows them'
        lanes=$2
        shift
        ;;
    --jobs)
        [ $# -gt 1 ] && [ "$2" -gt 0 ] 2> /dev/null || fail '--jobs wants a number'
        cpus=$2
        shift
        ;;
    --list)
        echo "$lanes_default $lanes_all $lanes_release" | tr ' ' '\n'
        exit 0
        ;;
    -h | --help)
        usage
        exit 0
        ;;
    *)
        usage >&2
        exit 2
        ;;
    esac
    shift
done
for lane in $lanes; do
    case " $lanes_default $lanes_all $lanes_release " in
    *" $lane "*) ;;
    *) fail "there is no lane '$lane'; --list shows them" ;;
    esac
done

mkdir -p "$logs"
rm -rf "$logs"/*.claim "$logs"/*.result "$logs"/*.built
install_packages
install_python
fetch_mnist
build_release
run_lanes
total
