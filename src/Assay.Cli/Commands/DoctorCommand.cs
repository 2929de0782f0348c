using System.CommandLine;
using System.Runtime.InteropServices;
using Assay.Engine.Numerics;
using Assay.Providers;
using Assay.Verify.Crypto;

namespace Assay.Cli.Commands;

/// <summary>Whether this machine has what Assay needs, and what it will use.</summary>
internal static class DoctorCommand
{
    private sealed record Finding(string Name, bool Ok, string Detail);

    public static Command Make()
    {
        var profile = new Option<bool>("--profile") { Description = "Run the execution profile's test vectors on this machine: exit code 10 if a bit differs" };
        var command = new Command("doctor", "Look at the environment: libraries, instruction sets, data folder. Example: assay doctor --profile") { profile };
        command.SetAction((parsed, cancel) => Task.FromResult(parsed.GetValue(profile) ? ProfileReport.Print(Shared.IsJson(parsed), cancel) : Print(parsed)));
        return command;
    }

    private static int Print(ParseResult parsed)
    {
        var findings = Look(Shared.FolderOf(parsed)).ToList();
        if (Shared.IsJson(parsed))
            Shared.Print(json =>
            {
                json.WriteBoolean("ok", findings.TrueForAll(f => f.Ok));
                json.WriteStartArray("findings");
                foreach (var finding in findings)
                {
                    json.WriteStartObject();
                    json.WriteString("name", finding.Name);
                    json.WriteBoolean("ok", finding.Ok);
                    json.WriteString("detail", finding.Detail);
                    json.WriteEndObject();
                }
                json.WriteEndArray();
            });
        else
            foreach (var finding in findings)
                Console.WriteLine($" {(finding.Ok ? '✓' : '✗')} {finding.Name,-16} {finding.Detail}");
        return findings.TrueForAll(f => f.Ok) ? ExitCode.Ok : ExitCode.Unavailable;
    }

    private static IEnumerable<Finding> Look(Node.DataFolder folder)
    {
        yield return new Finding(".NET", true, RuntimeInformation.FrameworkDescription);
        yield return new Finding("system", OperatingSystem.IsLinux(), $"{RuntimeInformation.OSDescription}, {RuntimeInformation.OSArchitecture}, {Environment.ProcessorCount} processors");
        yield return Try("libcrypto", "libcrypto.so.3 signs and verifies", () =>
        {
            using var key = SigningKey.FromSeed(new byte[SigningKey.SeedSize]);
            return key.PublicKey.Verify([1], key.Sign([1]));
        });
        yield return Try("SQLite", "libsqlite3.so.0 is there", () => NativeLibrary.TryLoad("libsqlite3.so.0", out _));
        yield return Try("profile", $"{Profile.Name} sha256:{LocalEngine.Profile}", () => true);
        yield return Try("profile", $"{Int8Profile.Name} sha256:{LocalEngine.Int8Profile}", () => true);
        yield return Try("instructions", string.Join(", ", Isas.Supported.Select(i => i.Name())), () => Isas.FromEnvironment().IsSupported());
        yield return Try("data folder", folder.Path, () =>
        {
            for (var path = folder.Path; path is not null; path = Path.GetDirectoryName(path))
                if (Directory.Exists(path))
                {
                    var free = new DriveInfo(path).AvailableFreeSpace;
                    return free > 100_000_000 ? true : throw new IOException($"only {Shared.Bytes(free)} are free on the disk of {path}");
                }
            return false;
        });
    }

    private static Finding Try(string name, string detail, Func<bool> check)
    {
        try
        {
            return check() ? new Finding(name, true, detail) : new Finding(name, false, $"{detail}: no");
        }
        catch (Exception e) when (e is DllNotFoundException or NotSupportedException or IOException or EntryPointNotFoundException)
        {
            return new Finding(name, false, e.Message);
        }
    }
}
