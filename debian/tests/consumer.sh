#!/bin/sh
# A program of somebody else's, built with pkg-config, statically, and with CMake.
set -eu

sources=$(pwd)
cd "$(mktemp -d)"
cp "$sources/examples/hello.c" .

cc hello.c -o with-pkg-config $(pkg-config --cflags --libs libdigit)
./with-pkg-config | grep '^7 '

flags=$(pkg-config --static --cflags --libs libdigit | sed 's/-ldigit/-l:libdigit.a/')
cc hello.c -o archive $flags
./archive | grep '^7 '

cc -static hello.c -o static $(pkg-config --static --cflags --libs libdigit) 2> static.log ||
    { cat static.log && exit 1; }
./static | grep '^7 '

cat > CMakeLists.txt << 'END'
cmake_minimum_required(VERSION 3.16)
project(consumer C)
find_package(libdigit 1.0 CONFIG REQUIRED)
add_executable(with-cmake hello.c)
target_link_libraries(with-cmake libdigit::libdigit)
add_executable(with-archive hello.c)
target_link_libraries(with-archive libdigit::libdigit_static)
END
cmake -B build . > cmake.log
cmake --build build >> cmake.log
build/with-cmake | grep '^7 '
build/with-archive | grep '^7 '
