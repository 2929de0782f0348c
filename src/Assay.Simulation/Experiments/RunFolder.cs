using System.Text.Json;
using Assay.Simulation.Worlds;
using Assay.Verify.Crypto;

namespace Assay.Simulation.Experiments;

/// <summary>A folder cannot be gone on with, or is no run's.</summary>
public sealed class RunException(string message) : Exception(message);

/// <summary>Finished replications of a run, a line each, so that a run that was stopped goes on. Not for several threads.</summary>
public sealed class RunFolder : IDisposable
{
    private const long MostBytes = 1L << 30;
    private readonly FileStream file;
    private readonly Dictionary<Setup, Replication> finished = [];

    /// <exception cref="RunException">Another process has it, or a line in it is not one of ours or was made by another build.</exception>
    public RunFolder(string folder)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, "replications.ndjson");
        try
        {
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        }
        catch (IOException e)
        {
            throw new RunException($"'{path}' cannot be opened: {e.Message}");
        }
        try
        {
            Load(path);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Which code made the lines: replications of different builds are not mixed.</summary>
    public static string Build { get; } = MakeBuild();

    public IReadOnlyDictionary<Setup, Replication> Finished => finished;

    public void Add(Replication replication)
    {
        finished[replication.Setup] = replication;
        file.Write([.. JsonSerializer.SerializeToUtf8Bytes(Line.Of(replication)), (byte)'\n']);
        file.Flush();
    }

    public void Dispose() => file.Dispose();

    private void Load(string path)
    {
        if (file.Length > MostBytes)
            throw new RunException($"'{path}' is above {MostBytes} bytes");
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        // What a stopped process had half written is written again.
        var whole = bytes.AsSpan().LastIndexOf((byte)'\n') + 1;
        for (var (at, number) = (0, 1); at < whole; number++)
        {
            var length = bytes.AsSpan(at).IndexOf((byte)'\n');
            Line line;
            try
            {
                line = JsonSerializer.Deserialize<Line>(bytes.AsSpan(at, length)) ?? throw new JsonException("null");
            }
            catch (Exception e) when (e is JsonException or FormatException)
            {
                throw new RunException($"line {number} of '{path}' is not a replication");
            }
            if (line.Build != Build)
                throw new RunException($"'{path}' was begun by another build ({line.Build}): finish it with that one, or choose another folder");
            var replication = line.Read();
            finished[replication.Setup] = replication;
            at += length + 1;
        }
        file.SetLength(whole);
        file.Position = whole;
    }

    private static string MakeBuild()
    {
        var sha = Sha256.Start();
        foreach (var type in (Type[])[typeof(RunFolder), typeof(Market.MarketRefusal), typeof(Reliability.Accounts.AccountState)])
            sha.Add(type.Module.ModuleVersionId.ToByteArray());
        return sha.Finish().ToHex()[..16];
    }

    private sealed record Line(string Build, string Arm, ulong Seed, int Replication, int Epochs, uint AuditRate, int Lazy, string Digest, Dictionary<string, double> Figures)
    {
        public static Line Of(Replication r) => new(
            RunFolder.Build, r.Setup.Arm.ToString(), r.Setup.Seed, r.Setup.Replication, r.Setup.Epochs, r.Setup.AuditRate, r.Setup.Lazy, r.Digest.ToHex(), new(r.Figures));

        public Replication Read() => new(
            new Setup(Enum.Parse<Arm>(Arm), Seed, Replication, Epochs, AuditRate, Lazy), Hash.From(Convert.FromHexString(Digest)),
            new SortedDictionary<string, double>(Figures, StringComparer.Ordinal));
    }
}
