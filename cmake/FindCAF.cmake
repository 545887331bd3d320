# Finds the C++ Actor Framework's core library as CAF::core.
#
# CAF 0.17.6, the version of Debian 12, Debian 13 and Ubuntu 24.04, ships no CMake config; newer ones do. Only the core is
# looked for: CAF's network layer stays off (see docs/architecture.md).

find_package(CAF CONFIG QUIET COMPONENTS core)
if(NOT TARGET CAF::core)
  find_path(CAF_INCLUDE_DIR caf/all.hpp)
  find_library(CAF_CORE_LIBRARY caf_core)
  if(CAF_INCLUDE_DIR AND EXISTS ${CAF_INCLUDE_DIR}/caf/config.hpp)
    # Written as a plain number in 0.x: 1706 is 0.17.6.
    file(STRINGS ${CAF_INCLUDE_DIR}/caf/config.hpp caf_version_line REGEX "#define CAF_VERSION [0-9]+")
    string(REGEX REPLACE ".* ([0-9]+).*" "\\1" caf_number "${caf_version_line}")
    math(EXPR caf_major "${caf_number} / 10000")
    math(EXPR caf_minor "${caf_number} / 100 % 100")
    math(EXPR caf_patch "${caf_number} % 100")
    set(CAF_VERSION ${caf_major}.${caf_minor}.${caf_patch})
  endif()
  include(FindPackageHandleStandardArgs)
  find_package_handle_standard_args(CAF
    REQUIRED_VARS CAF_CORE_LIBRARY CAF_INCLUDE_DIR VERSION_VAR CAF_VERSION)
  if(CAF_FOUND)
    add_library(CAF::core UNKNOWN IMPORTED)
    set_target_properties(CAF::core PROPERTIES IMPORTED_LOCATION ${CAF_CORE_LIBRARY})
    # SYSTEM: CAF 0.17's headers warn under C++20.
    target_include_directories(CAF::core SYSTEM INTERFACE ${CAF_INCLUDE_DIR})
    find_package(Threads REQUIRED)
    target_link_libraries(CAF::core INTERFACE Threads::Threads)
  endif()
  mark_as_advanced(CAF_INCLUDE_DIR CAF_CORE_LIBRARY)
endif()
