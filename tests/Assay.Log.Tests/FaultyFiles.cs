using Assay.Log.Files;

namespace Assay.Log.Tests;

/// <summary>A real directory on which chosen operations fail.</summary>
/// <param name="fault">Given an operation and its path: the error to report, or null.</param>
internal sealed class FaultyFiles(ILogFiles files, Func<string, string, Exception?> fault) : ILogFiles
{
    public ILogFile Create(string path, Visibility visibility)
    {
        Try("create", path);
        return new Handle(this, path, files.Create(path, visibility));
    }

    public byte[]? Read(string path, int limit) => files.Read(path, limit);

    public long? Length(string path) => files.Length(path);

    public IReadOnlyList<string> List(string directory) => files.List(directory);

    public bool DirectoryExists(string directory) => files.DirectoryExists(directory);

    public void CreateDirectory(string directory, Visibility visibility)
    {
        Try("mkdir", directory);
        files.CreateDirectory(directory, visibility);
    }

    public void Rename(string from, string to)
    {
        Try("rename", to);
        files.Rename(from, to);
    }

    public void Delete(string path) => files.Delete(path);

    public void DeleteDirectory(string directory) => files.DeleteDirectory(directory);

    public void FlushDirectory(string directory)
    {
        Try("flush", directory);
        files.FlushDirectory(directory);
    }

    public IDisposable Lock(string path) => files.Lock(path);

    private void Try(string operation, string path)
    {
        if (fault(operation, path) is { } error)
            throw error;
    }

    private sealed class Handle(FaultyFiles files, string path, ILogFile file) : ILogFile
    {
        public void Append(ReadOnlySpan<byte> bytes)
        {
            try
            {
                files.Try("write", path);
            }
            catch (IOException)
            {
                // A disk that fills up takes what still fits.
                file.Append(bytes[..(bytes.Length / 2)]);
                throw;
            }
            file.Append(bytes);
        }

        public void Flush()
        {
            files.Try("flush", path);
            file.Flush();
        }

        public void Dispose() => file.Dispose();
    }
}
