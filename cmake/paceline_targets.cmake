# How every target of the project is compiled: one place for warnings and for the two kinds of target.

# The build targets plain x86-64 so that a binary can be carried; fast kernels are chosen at run time.
# Contraction is off so that every kernel variant rounds alike and a run is the same on each of them.
add_library(paceline_options INTERFACE)
target_compile_features(paceline_options INTERFACE cxx_std_20)
# Parameter structs are filled by name, and what is not named has its default: that is their point, not an omission.
target_compile_options(paceline_options INTERFACE
  "$<$<COMPILE_LANGUAGE:CXX>:-Wall;-Wextra;-Wpedantic;-Wno-missing-field-initializers;-ffp-contract=off;$<$<BOOL:${PACELINE_WERROR}>:-Werror>>"
  # nvcc's own code is not pedantic; what it hands to the host's compiler is ours all the same.
  "$<$<COMPILE_LANGUAGE:CUDA>:-Xcompiler=-Wall,-Wextra,-Wno-missing-field-initializers;$<$<BOOL:${PACELINE_WERROR}>:-Werror=all-warnings>>")
# clang 14 takes fmt 9's format strings for no constant expressions; they are then checked at run time.
target_compile_definitions(paceline_options INTERFACE
  $<$<AND:$<CXX_COMPILER_ID:Clang>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,15>>:FMT_CONSTEVAL=>)
target_include_directories(paceline_options INTERFACE ${PROJECT_SOURCE_DIR})

# paceline_library(NAME [LIBRARIES...]): a static library of all sources below this folder.
function(paceline_library name)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  # The CUDA backend is a library of its own (compute/cuda/CMakeLists.txt).
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$|^${PROJECT_SOURCE_DIR}/compute/cuda/")
  if(sources)
    add_library(${name} STATIC ${sources})
    target_link_libraries(${name} PUBLIC paceline_options ${ARGN})
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE paceline_options ${ARGN})
  endif()
endfunction()

# What a quick build (PACELINE_QUICK_BUILD) does with a target; most of a compilation is the reading of libraries' headers and
# templates that the next file needs again. The presets debug and clang compile each file alone and with its own includes, so that one
# that forgets an include does not compile there.

# paceline_unity(TARGET): compiles sixteen files at once.
function(paceline_unity name)
  set_target_properties(${name} PROPERTIES UNITY_BUILD ${PACELINE_QUICK_BUILD} UNITY_BUILD_BATCH_SIZE 16)
  paceline_keep_apart(${name})
endfunction()

# paceline_precompile(TARGET HEADERS...): reads these headers of libraries once for all files.
function(paceline_precompile name)
  if(PACELINE_QUICK_BUILD)
    target_precompile_headers(${name} PRIVATE ${ARGN})
    paceline_keep_apart(${name})
  endif()
endfunction()

# They take the place of a library's functions, so a linker must be able to leave them out where they are there already, and no
# header may show the library's own.
function(paceline_keep_apart name)
  set_source_files_properties(
    ${PROJECT_SOURCE_DIR}/tests/sanitizer/caf_message_order.cpp ${PROJECT_SOURCE_DIR}/tests/sanitizer/openmp_order.cpp
    TARGET_DIRECTORY ${name} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON SKIP_PRECOMPILE_HEADERS ON)
endfunction()
