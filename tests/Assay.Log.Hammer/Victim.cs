using System.Globalization;
using Assay.Verify.Crypto;

namespace Assay.Log.Hammer;

/// <summary>What the victim and the test that kills it both know.</summary>
public static class Victim
{
    public const string Origin = "victim.example/log";

    public static SigningKey Key => SigningKey.FromSeed(Enumerable.Repeat((byte)7, 32).ToArray());

    public static byte[] Genesis => "genesis"u8.ToArray();

    public static string AttachmentsOf(string directory) => directory + "-attachments";
}

/// <summary>Keeps attachments as files named after their index, each there whole or not at all.</summary>
public sealed class DirectorySink : IAttachmentSink
{
    private readonly string directory;

    public DirectorySink(string directory)
    {
        this.directory = directory;
        Directory.CreateDirectory(directory);
    }

    public void Keep(IReadOnlyList<Attachment> attachments)
    {
        foreach (var (index, bytes) in attachments)
        {
            var path = Path.Combine(directory, index.ToString(CultureInfo.InvariantCulture));
            if (File.Exists(path))
                continue;
            File.WriteAllBytes(path + ".new", bytes.Span);
            File.Move(path + ".new", path, overwrite: true);
        }
    }
}
