using System.Text;
using Assay.Verify.Codecs;
using Assay.Verify.Crypto;

namespace Assay.Client;

/// <summary>Keeps everything in one folder: <c>ID.receipt.json</c>, <c>NAME.fault.json</c>, and <c>HASH.checkpoint</c> for each log.</summary>
/// <remarks>A file is whole or not there: it is written beside its place and moved into it. Only its owner can read it: bundles hold inputs and outputs.</remarks>
public sealed class FolderKeeper : IKeeper
{
    private readonly string folder;

    public FolderKeeper(string folder)
    {
        this.folder = Path.GetFullPath(folder);
        Directory.CreateDirectory(this.folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public void Bundle(string recordId, ReadOnlyMemory<byte> bundle) => Write($"{recordId}.receipt.json", bundle.Span);

    public void Evidence(string name, ReadOnlyMemory<byte> fault) => Write($"{name}.fault.json", fault.Span);

    public string? Checkpoint(string origin)
    {
        var path = Path.Combine(folder, NameOf(origin));
        return File.Exists(path) ? File.ReadAllText(path) : null;
    }

    public void Checkpoint(string origin, string note) => Write(NameOf(origin), Encoding.UTF8.GetBytes(note));

    // An origin may hold anything that is not a newline: its hash is a safe name.
    private static string NameOf(string origin) => Hex.Write(Sha256.Of(Encoding.UTF8.GetBytes(origin)).Bytes[..16]) + ".checkpoint";

    private void Write(string name, ReadOnlySpan<byte> bytes)
    {
        var path = Path.Combine(folder, name);
        var beside = $"{path}.{Guid.NewGuid():n}.new";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite };
        try
        {
            using (var file = new FileStream(beside, options))
            {
                file.Write(bytes);
                file.Flush(flushToDisk: true);
            }
            File.Move(beside, path, overwrite: true);
        }
        catch
        {
            File.Delete(beside);
            throw;
        }
    }
}
