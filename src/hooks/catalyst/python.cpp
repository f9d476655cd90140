#include "hooks/catalyst/python.hpp"

#include <dlfcn.h>

#include <vtkLogger.h>
#include <vtkObjectFactory.h>
#include <vtkOutputWindow.h>
#include <vtkPythonInterpreter.h>
#include <vtkSmartPointer.h>
#include <cstring>

extern "C" const char* Py_GetVersion();  // only to find which libpython this plug-in was linked with

namespace sluice::hooks::catalyst {
namespace {

std::string collected;  // VTK has one output window a process

class CollectingWindow : public vtkOutputWindow {
 public:
  static CollectingWindow* New();
  void DisplayText(const char* text) override { collected += text ? text : ""; }
  void DisplayErrorText(const char* text) override { DisplayText(text); }
  void DisplayWarningText(const char* text) override {
    // ParaView 5.11 says twice a call that a view still asks for the time of the last one; nothing is wrong
    // then.
    if (!text || !std::strstr(text, "vtkPVTrivialProducer")) DisplayText(text);
  }
  void DisplayGenericWarningText(const char* text) override { DisplayText(text); }
  void DisplayDebugText(const char*) override {}
};
vtkStandardNewMacro(CollectingWindow);

}  // namespace

Messages::Messages() {
  collected.clear();
  vtkLogger::SetStderrVerbosity(vtkLogger::VERBOSITY_OFF);  // it would say everything a second time
  vtkSmartPointer<CollectingWindow> window = vtkSmartPointer<CollectingWindow>::New();
  vtkOutputWindow::SetInstance(window);
}

Messages::~Messages() { vtkOutputWindow::SetInstance(nullptr); }

std::string Messages::text() const {
  std::string text = collected;
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text;
}

bool Messages::has_errors() const {  // standard error alone may be a warning of a script
  return collected.find("Traceback (most recent call last)") != std::string::npos ||
         collected.find("ERROR: In ") != std::string::npos;
}

KeepSignals::KeepSignals() {
  for (std::size_t i = 0; i < numbers.size(); ++i) sigaction(numbers[i], nullptr, &kept_[i]);
}

KeepSignals::~KeepSignals() {
  for (std::size_t i = 0; i < numbers.size(); ++i) sigaction(numbers[i], &kept_[i], nullptr);
}

void start_python() {
  Dl_info where{};
  if (dladdr(reinterpret_cast<void*>(&Py_GetVersion), &where) != 0 && where.dli_fname)
    dlopen(where.dli_fname, RTLD_NOW | RTLD_GLOBAL | RTLD_NOLOAD);
  vtkPythonInterpreter::Initialize();
}

bool run_python(const std::string& code) { return vtkPythonInterpreter::RunSimpleString(code.c_str()) == 0; }

std::string python_text(const std::string& text) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string literal = "b'";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    literal += {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
  }
  return literal + "'.decode()";
}

std::string python_list(const std::vector<std::string>& texts) {
  std::string list = "[";
  for (const std::string& text : texts) list += python_text(text) + ", ";
  return list + "]";
}

}  // namespace sluice::hooks::catalyst
