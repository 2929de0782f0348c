using System.Diagnostics;

namespace Assay.Cli.Tests;

/// <summary>What the machine lets a test have.</summary>
internal static class Namespaces
{
    /// <summary>Whether a process without a network can be started.</summary>
    public static bool WithoutNetwork { get; } = CanUnshare();

    private static bool CanUnshare()
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("unshare", ["--map-root-user", "--net", "true"]) { RedirectStandardError = true, UseShellExecute = false })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
