using System.Diagnostics;
using System.Security.Cryptography;
using Assay.Engine.Execution;
using Assay.Engine.Numerics;
using Assay.Engine.Tests.Numerics;

namespace Assay.Engine.Tests.Execution;

/// <summary>
/// The bits do not depend on what the runtime is allowed to use: this program again, in processes limited by the runtime's own
/// switches and by ours, and the digests of everything it computes compared.
/// </summary>
public sealed class RuntimeSwitchTests
{
    private const string Report = "ASSAY_TEST_DIGEST_FILE";

    public static TheoryData<string, string, string?> Switches
    {
        get
        {
            var data = new TheoryData<string, string, string?>
            {
                { "DOTNET_EnableAVX512", "0", null },
                { "DOTNET_EnableAVX2", "0", null },
                { "DOTNET_EnableHWIntrinsic", "0", "scalar" },
                { "DOTNET_TieredCompilation", "0", null },
                { "DOTNET_TieredPGO", "0", null },
            };
            foreach (var isa in Isas.Supported)
                data.Add(Isas.Switch, isa.Name(), isa.Name());
            return data;
        }
    }

    [Theory, MemberData(nameof(Switches))]
    public async Task A_limited_process_computes_the_same_digest(string name, string value, string? isa)
    {
        var file = Path.Combine(Path.GetTempPath(), $"assay-digest-{Environment.ProcessId}-{name}-{value}");
        try
        {
            var start = new ProcessStartInfo(Environment.ProcessPath!) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
            foreach (var argument in new[] { "-explicit", "only", "-method", $"{typeof(RuntimeSwitchTests).FullName}.{nameof(Writes_the_digest_of_everything_computed)}" })
                start.ArgumentList.Add(argument);
            start.Environment.Remove(Isas.Switch);
            start.Environment[name] = value;
            start.Environment[Report] = file;
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync();
            var said = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            Assert.True(process.ExitCode == 0 && File.Exists(file), $"exit code {process.ExitCode}: {said} {await errors}");
            var report = (await File.ReadAllTextAsync(file)).Split(' ');
            if (isa is not null)
                Assert.Equal(isa, report[0]);
            Assert.Equal(Digest(Isas.Best), report[1]);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact(Explicit = true)]
    public void Writes_the_digest_of_everything_computed()
    {
        var file = Environment.GetEnvironmentVariable(Report);
        Assert.SkipUnless(file is not null, $"{Report} does not say where to write");
        var isa = Isas.FromEnvironment();
        File.WriteAllText(file!, $"{isa.Name()} {Digest(isa)}");
    }

    /// <summary>SHA-256 over the outputs of every case, and over the functions on a sample of all float32s.</summary>
    private static string Digest(Isa isa)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var test in FastEqualityTests.All)
        {
            var (graph, inputs) = test.Build(constants: true);
            using var session = new Session(graph, new SessionOptions { Isa = isa, Threads = 2 });
            foreach (var output in session.Run(inputs))
                hash.AppendData(output.Value.Bytes);
        }
        for (var i = 0ul; i < 30_000; i++)
        {
            var x = Sample.Any(i);
            foreach (var y in new[] { ScalarMath.Exp(x), ScalarMath.Log(x), ScalarMath.Tanh(x), ScalarMath.Sigmoid(x), ScalarMath.Sqrt(x), ScalarMath.Pow(MathF.Abs(x), 0.3f) })
                hash.AppendData(BitConverter.GetBytes(y));
        }
        return Convert.ToHexString(hash.GetHashAndReset());
    }
}
