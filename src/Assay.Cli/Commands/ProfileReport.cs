using System.Security.Cryptography;
using Assay.Engine.Conformance;
using Assay.Engine.Numerics;

namespace Assay.Cli.Commands;

/// <summary><c>assay doctor --profile</c>: whether this machine computes what the execution profile says.</summary>
internal static class ProfileReport
{
    /// <summary>Differences shown for one executor; all are counted.</summary>
    private const int Shown = 3;

    public static int Print(bool json, CancellationToken cancel)
    {
        var cases = ProfileCheck.Cases();
        var results = new List<ProfileResult>();
        foreach (var result in ProfileCheck.Run(cases, cancel))
        {
            results.Add(result);
            if (json)
                continue;
            Console.WriteLine($" {(result.Conforms ? '\u2713' : '\u2717')} {result.Executor,-20} {result.Cases - result.Differences.Count} of {result.Cases} vectors");
            foreach (var difference in result.Differences.Take(Shown))
                Console.WriteLine($"     {difference.Case.Op}, '{difference.Case.Name}': {difference.What}");
        }
        var conforms = results.TrueForAll(r => r.Conforms);
        if (json)
            PrintJson(results, conforms);
        else
            Console.WriteLine(conforms
                ? $"conforms to {Profile.Name} (sha256:{Hex(Profile.Digest.AsSpan())})"
                : $"does not conform to {Profile.Name}: {results.Sum(r => r.Differences.Count)} differences; receipts from this machine would not be reproduced elsewhere");
        return conforms ? ExitCode.Ok : ExitCode.Rejected;
    }

    private static void PrintJson(List<ProfileResult> results, bool conforms) => Shared.Print(json =>
    {
        json.WriteString("profile", Profile.Name);
        json.WriteString("digest", Hex(Profile.Digest.AsSpan()));
        using (var vectors = Profile.OpenVectors())
            json.WriteString("vectors", Hex(SHA256.HashData(vectors)));
        json.WriteBoolean("conforms", conforms);
        json.WriteStartArray("executors");
        foreach (var result in results)
        {
            json.WriteStartObject();
            json.WriteString("name", result.Executor);
            json.WriteNumber("vectors", result.Cases);
            json.WriteStartArray("differences");
            foreach (var difference in result.Differences)
            {
                json.WriteStartObject();
                json.WriteString("op", difference.Case.Op.ToString());
                json.WriteString("case", difference.Case.Name);
                json.WriteString("what", difference.What);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });

    private static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);
}
